# SPDX-License-Identifier: Apache-2.0
"""Log files as klog's flags ask for them: one file, or one for each severity in a folder."""

import contextlib
import os
from pathlib import Path
from typing import BinaryIO

SEVERITIES = {"I": "INFO", "W": "WARNING", "E": "ERROR", "F": "FATAL"}
"""Letter -> name, from the lowest on."""

_MEGABYTE = 1024 * 1024
_HEAD = b"Log line format: [IWEF]mmdd hh:mm:ss.uuuuuu process file:line] text\n"


class LogFile:
    """One file; when it is full it becomes NAME.1 and a new one is begun."""

    def __init__(self, path: Path, *, limit: int, head: bool) -> None:
        """Open it for appending; `limit` in bytes, 0 for none. Raises `OSError`."""
        self._path = path
        self._limit = limit
        self._head = head
        self._file: BinaryIO = self._open()

    def _open(self) -> BinaryIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.fdopen(os.open(self._path, flags, 0o640), "ab", buffering=0)
        if self._head and not file.tell():
            file.write(_HEAD)
        return file

    def write(self, text: str) -> None:
        """Append; a disk that does not take it is not waited for."""
        with contextlib.suppress(OSError):
            if self._limit and self._file.tell() + len(text) > self._limit:
                self._file.close()
                self._path.replace(f"{self._path}.1")
                self._file = self._open()
            self._file.write(text.encode("utf-8", "replace"))

    def close(self) -> None:
        """Write no more."""
        self._file.close()


class LogFiles:
    """All files that lines go to, by severity."""

    def __init__(self, files: dict[str, LogFile], *, only_own: bool) -> None:
        """Take the file of each letter; with `only_own` a line goes to its severity's alone."""
        self._files = files
        self._only_own = only_own

    def write(self, letter: str, text: str) -> None:
        """Write a line to the files of its severity and, as a rule, of those below it."""
        letter = "I" if letter == "D" else letter
        wanted = list(SEVERITIES)[: list(SEVERITIES).index(letter) + 1]
        chosen = [letter] if self._only_own else wanted
        seen: set[int] = set()
        for one in chosen:
            file = self._files.get(one)
            if file is not None and id(file) not in seen:
                seen.add(id(file))
                file.write(text)

    def close(self) -> None:
        """Close all of them."""
        for file in self._files.values():
            file.close()


def make(klog: dict[str, str], program: str) -> LogFiles | None:
    """Open the files that klog's flags ask for; None where all goes to standard error.

    Raises `OSError`.
    """
    if klog["logtostderr"] in _TRUE or not (klog["log_file"] or klog["log_dir"]):
        return None
    limit = int(klog["log_file_max_size"]) * _MEGABYTE
    head = klog["skip_log_headers"] not in _TRUE
    if klog["log_file"]:
        file = LogFile(Path(klog["log_file"]), limit=limit, head=head)
        return LogFiles(dict.fromkeys(SEVERITIES, file), only_own=False)
    folder = Path(klog["log_dir"])
    files = {
        letter: LogFile(folder / f"{program}.{name}", limit=limit, head=head)
        for letter, name in SEVERITIES.items()
    }
    return LogFiles(files, only_own=klog["one_output"] in _TRUE)


_TRUE = frozenset(("1", "t", "true", "T", "True", "TRUE"))
