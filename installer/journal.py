# SPDX-License-Identifier: Apache-2.0
"""What has been begun and done on this node, so that a crash at any instruction can be resumed.

A text file of lines, `<crc32 of the rest, 8 hex digits> <JSON>`, appended and synced. Only a prefix
of good lines counts: a torn or damaged tail is as if it had never been written. The journal holds
what steps found before a run (the way back); how far a node has come is judged by the node itself.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from . import files as disk


class Phase(StrEnum):
    """Where a step stands in the run that is open."""

    APPLYING = "applying"
    APPLIED = "applied"
    REVERTING = "reverting"


@dataclass(frozen=True, slots=True)
class Entry:
    """A step in the open run: its phase, and what it found before the run changed anything."""

    phase: Phase
    data: Mapping[str, object]


class Journal:
    """The journal of one node; `open` reads it."""

    def __init__(self, files: disk.Files, path: Path, good: bytes, *, torn: bool) -> None:
        self._files = files
        self._path = path
        self._good = good
        self._torn = torn
        self._state: dict[str, Entry] = {}
        for line in good.splitlines():
            self._follow(json.loads(line[9:]))

    @classmethod
    def open(cls, files: disk.Files, path: Path) -> "Journal":
        """Read what is there; never raises for what is in the file, only when it cannot be read."""
        raw = files.read(path) or b""
        good = _prefix(raw)
        return cls(files, path, good, torn=len(good) < len(raw))

    @property
    def state(self) -> Mapping[str, Entry]:
        """Steps of the open run, in the order in which they began; empty when none is open."""
        return dict(self._state)

    def begin(self, step: str, data: Mapping[str, object]) -> None:
        """The step is about to change the node. `data` of an earlier begin in this run is kept."""
        known = self._state.get(step)
        self._write(step, Phase.APPLYING, known.data if known else data)

    def done(self, step: str) -> None:
        """The step has been applied."""
        self._write(step, Phase.APPLIED, None)

    def reverting(self, step: str, data: Mapping[str, object]) -> None:
        """The step is about to be taken back. `data` as in `begin`."""
        known = self._state.get(step)
        self._write(step, Phase.REVERTING, known.data if known else data)

    def reverted(self, step: str) -> None:
        """The step is as it was before the run."""
        self._write(step, None, None)

    def finish(self) -> None:
        """The run is over: the ways back are forgotten, the file is emptied."""
        if self._good or self._torn:
            self._files.write(self._path, b"", mode=0o600)
            self._good, self._torn = b"", False
        self._state.clear()

    def remove(self) -> None:
        """Take the file away: nothing of ours is on the node any more."""
        self._files.remove(self._path)
        self._good, self._torn = b"", False
        self._state.clear()

    def _write(self, step: str, phase: Phase | None, data: Mapping[str, object] | None) -> None:
        record = {"step": step, "phase": phase, "data": data}
        line = _line(record)
        if self._torn:
            # What is appended behind a torn tail would never be read.
            self._files.write(self._path, self._good + line, mode=0o600)
        else:
            if not self._good:
                self._files.make_folder(self._path.parent, 0o700)
            self._files.append(self._path, line)
        self._torn = False
        self._good += line
        self._follow(json.loads(line[9:]))

    def _follow(self, record: object) -> None:
        if not isinstance(record, dict) or not isinstance(record.get("step"), str):
            return
        step, phase, data = record["step"], record.get("phase"), record.get("data")
        if phase is None:
            self._state.pop(step, None)
        elif phase in tuple(Phase):
            known = self._state.get(step)
            kept = data if isinstance(data, dict) else known.data if known else {}
            self._state[step] = Entry(Phase(phase), kept)


def _line(record: Mapping[str, object]) -> bytes:
    text = json.dumps(record, separators=(",", ":"), sort_keys=True).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _prefix(raw: bytes) -> bytes:
    """The longest prefix of good lines."""
    position = 0
    while (end := raw.find(b"\n", position)) >= 0:
        line = raw[position : end + 1]
        if line[:9] != b"%08x " % zlib.crc32(line[9:-1]) or not _is_json(line[9:-1]):
            break
        position = end + 1
    return raw[:position]


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
