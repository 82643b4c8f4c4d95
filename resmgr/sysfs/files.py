# SPDX-License-Identifier: Apache-2.0
"""Small files below sysfs: numbers and lists of ids, with limits on what is believed."""

import re
from dataclasses import dataclass
from pathlib import Path

from .. import cpuset

LARGEST = 256 * 1024
"""Bytes of a file that are read; the largest list of 65536 ids is longer only if it is no range."""

_NUMBER = re.compile(r"(?P<sign>-?)(?:0[xX](?P<hex>[0-9a-fA-F]{1,16})|(?P<digits>[0-9]{1,20}))")


class DiscoveryError(Exception):
    """The machine cannot be read; the text names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of small files; names may have `/` in them."""

    path: Path

    def text(self, name: str) -> str:
        """Give what a file holds without white space around it. Raises `DiscoveryError`."""
        path = self.path / name
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1)
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
            raise DiscoveryError(f"cannot read {self.path / name}: {text[:40]!r} is no number")
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
            raise DiscoveryError(f"cannot read {self.path / name}: {error}") from error

    def numbered(self, prefix: str) -> list[int]:
        """Give the numbers behind a prefix in the names of entries, ascending.

        A folder that is not there has none. Raises `DiscoveryError` for numbers beyond belief.
        """
        pattern = re.compile(re.escape(prefix) + "([0-9]+)")
        try:
            matches = [pattern.fullmatch(entry.name) for entry in self.path.iterdir()]
        except OSError:
            return []
        found = sorted(int(match[1][:20]) for match in matches if match)
        if found and found[-1] > cpuset.MAX_ID:
            raise DiscoveryError(f"cannot read {self.path}: {prefix}{found[-1]} is too large an id")
        return found

    def below(self, name: str) -> "Folder":
        """Give a folder in this one."""
        return Folder(self.path / name)
