# SPDX-License-Identifier: Apache-2.0
"""The server's certificate, taken anew when its files change: renewal needs no restart.

A pair that cannot be used, or that is only half there, leaves the one before in force. Connections
that stand keep what they began with.
"""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

_Mark = tuple[tuple[int, int, int], ...]


class CannotUse(Exception):
    """The pair is no certificate with its key; the text says why."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the pair lies, both PEM."""

    certificate: Path
    key: Path


class Certificate:
    """A TLS context whose pair follows its files."""

    def __init__(self, files: Files) -> None:
        """Load the pair. Raises `CannotUse`."""
        self._files = files
        self.context = _context()
        self.problem = ""
        """Why the newest pair is not in use, empty where it is."""
        self._mark: _Mark = ()
        self._load()

    def refresh(self) -> bool:
        """Take the pair anew if its files have changed; whether a new one is in use now.

        What cannot be used is told by `problem`, and tried again.
        """
        try:
            if not self.problem and _mark(self._files) == self._mark:
                return False
            self._load()
        except (OSError, CannotUse) as error:
            self.problem = str(error)
            return False
        return True

    def _load(self) -> None:
        try:
            mark = _mark(self._files)
            # The context in use must never hold a certificate without its key.
            _context().load_cert_chain(self._files.certificate, self._files.key, password=_none)
            self.context.load_cert_chain(self._files.certificate, self._files.key, password=_none)
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            raise CannotUse(
                f"cannot use {self._files.certificate} with {self._files.key}: {why}"
            ) from error
        self._mark, self.problem = mark, ""


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _none() -> str:
    """Answer the question for a password, which would else wait for somebody at a terminal."""
    raise ValueError("the key is encrypted")


def _mark(files: Files) -> _Mark:
    """Tell files apart without reading them; symbolic links are followed, as they are swapped."""
    found = [os.stat(path) for path in (files.certificate, files.key)]  # noqa: PTH116 - no Path is needed for a number
    return tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in found)
