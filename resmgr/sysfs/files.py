# SPDX-License-Identifier: Apache-2.0
"""Small files below sysfs: numbers and lists of ids, with limits on what is believed.

A large machine has tens of thousands of them, so they are read with as few calls as can be.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .. import cpuset

LARGEST = 256 * 1024
"""Bytes of a file that are read; the largest list of 65536 ids is longer only if it is no range."""

_PAGE = 4096
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe must not make anybody wait

_NUMBER = re.compile(r"(?P<sign>-?)(?:0[xX](?P<hex>[0-9a-fA-F]{1,16})|(?P<digits>[0-9]{1,20}))")


class DiscoveryError(Exception):
    """The machine cannot be read; the text names the file and what is wrong with it."""


class Reader(Protocol):
    """Where files are: a disk, or something that stands for one."""

    def read(self, path: str) -> bytes:
        """Give what a file holds, cut behind `LARGEST` and one bytes. Raises `OSError`."""

    def names(self, path: str) -> list[str]:
        """Give the names in a folder, in any order. Raises `OSError`."""


class Disk:
    """The files of this machine."""

    def read(self, path: str) -> bytes:
        """Give what a file holds, cut behind `LARGEST` and one bytes. Raises `OSError`."""
        file = os.open(path, _FLAGS)
        try:
            content = os.read(file, _PAGE)
            # What is shorter than a page is all there is; lists of many ids may be longer.
            while len(content) >= _PAGE and len(content) <= LARGEST:
                more = os.read(file, LARGEST + 1 - len(content))
                if not more:
                    break
                content += more
        finally:
            os.close(file)
        return content

    def names(self, path: str) -> list[str]:
        """Give the names in a folder, in any order. Raises `OSError`."""
        return os.listdir(path)  # noqa: PTH208 - it makes no objects that nobody needs


DISK = Disk()


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of small files; names may have `/` in them."""

    path: Path
    reader: Reader = DISK

    def text(self, name: str) -> str:
        """Give what a file holds without white space around it. Raises `DiscoveryError`."""
        path = f"{self.path}/{name}"
        try:
            content = self.reader.read(path)
        except OSError as error:
            raise DiscoveryError(f"cannot read {path}: {error.strerror}") from error
        if len(content) > LARGEST:
            raise DiscoveryError(f"cannot read {path}: it has more than {LARGEST} bytes")
        return content.decode("utf-8", "replace").strip()

    def text_or(self, name: str, missing: str) -> str:
        """Give what a file holds, or `missing` for one that cannot be read."""
        try:
            return self.text(name)
        except DiscoveryError:
            return missing

    def number(self, name: str) -> int:
        """Give the number in a file. Raises `DiscoveryError`."""
        text = self.text(name)
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise DiscoveryError(f"cannot read {self.path}/{name}: {text[:40]!r} is no number")
        digits = match["digits"]
        # A zero in front means octal in C; text such as 08 can only be meant as decimal.
        octal = digits and digits.startswith("0") and not set(digits) & {"8", "9"}
        value = int(digits, 8 if octal else 10) if digits else int(match["hex"], 16)
        return -value if match["sign"] else value

    def number_or(self, name: str, missing: int) -> int:
        """Give the number in a file, or `missing` where there is no number to read."""
        try:
            return self.number(name)
        except DiscoveryError:
            return missing

    def ids(self, name: str) -> int:
        """Give a list of ids as a mask; it ends at an empty element. Raises `DiscoveryError`."""
        text = self.text(name)
        parts = text.split(",")
        if "" in parts:
            parts = parts[: parts.index("")]
        try:
            return cpuset.parse(",".join(parts))
        except cpuset.BadList as error:
            raise DiscoveryError(f"cannot read {self.path}/{name}: {error}") from error

    def names(self) -> list[str]:
        """Give the names of the entries; a folder that cannot be read has none."""
        try:
            return self.reader.names(str(self.path))
        except OSError:
            return []

    def numbered(self, prefix: str) -> list[int]:
        """Give the numbers behind a prefix in the names of entries, ascending.

        A folder that is not there has none. Raises `DiscoveryError` for numbers beyond belief.
        """
        return numbers(self.names(), prefix, self.path)

    def below(self, name: str) -> "Folder":
        """Give a folder in this one."""
        return Folder(self.path / name, self.reader)


def numbers(names: list[str], prefix: str, folder: Path) -> list[int]:
    """Give the numbers behind a prefix in names, ascending; others are passed over.

    Raises `DiscoveryError` for numbers beyond belief; `folder` is where the names are.
    """
    size = len(prefix)
    digits = (name[size:] for name in names if name.startswith(prefix))
    found = sorted(int(text[:20]) for text in digits if text.isdecimal() and text.isascii())
    if found and found[-1] > cpuset.MAX_ID:
        raise DiscoveryError(f"cannot read {folder}: {prefix}{found[-1]} is too large an id")
    return found
