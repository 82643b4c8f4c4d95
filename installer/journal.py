# SPDX-License-Identifier: Apache-2.0
"""What has been begun and done on this node, so that a crash at any instruction can be resumed.

A text file of lines, `<crc32 of the rest, 8 hex digits> <JSON>`, appended and synced. Only a prefix
of good lines counts: a torn or damaged tail is as if it had never been written. The journal holds
what steps found before a run (the way back); how far a node has come is judged by the node itself.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from . import files as disk


class Phase(StrEnum):
    """Where a step stands in the run that is open."""

    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    REVERTING = "reverting"


@dataclass(frozen=True, slots=True)
class Entry:
    """A step in the open run: its phase, and what it found before the run changed anything.

    `begun`: it may have changed something, so that `data` is its way back.
    """

    phase: Phase
    data: Mapping[str, object]
    begun: bool = True


class Journal:
    """The journal of one node; `open` reads it."""

    def __init__(self, files: disk.Files, path: Path, good: bytes, *, torn: bool) -> None:
        self._files = files
        self._path = path
        self._good = good
        self._torn = torn
        self._state: dict[str, Entry] = {}
        self._rolling_back = False
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

    @property
    def rolling_back(self) -> bool:
        """Whether the open run has failed and is being taken back."""
        return self._rolling_back

    def plan(self, steps: Sequence[str]) -> None:
        """A run is about to begin, or to go on, with these steps."""
        self._write({"plan": list(steps)})

    def roll_back(self) -> None:
        """The run has failed and is about to be taken back."""
        if not self._rolling_back:
            self._write({"roll-back": True})

    def begin(self, step: str, data: Mapping[str, object]) -> None:
        """The step is about to change the node. `data` of an earlier begin in this run is kept."""
        self._write(_record(step, Phase.APPLYING, self._news(step, data)))

    def done(self, step: str) -> None:
        """The step has been applied."""
        self._write(_record(step, Phase.APPLIED, None))

    def reverting(self, step: str, data: Mapping[str, object]) -> None:
        """The step is about to be taken back. `data` as in `begin`."""
        known = self._state.get(step)
        if known is None or known.phase is not Phase.REVERTING:
            self._write(_record(step, Phase.REVERTING, self._news(step, data)))

    def reverted(self, step: str) -> None:
        """The step is as it was before the run."""
        self._write(_record(step, None, None))

    def finish(self) -> None:
        """The run is over: the ways back are forgotten, the file is emptied."""
        if self._good or self._torn:
            self._files.write(self._path, b"", mode=0o600)
            self._good, self._torn = b"", False
        self._state.clear()
        self._rolling_back = False

    def remove(self) -> None:
        """Take the file away: nothing of ours is on the node any more."""
        self._files.remove(self._path)
        self._good, self._torn = b"", False
        self._state.clear()
        self._rolling_back = False

    def _news(self, step: str, data: Mapping[str, object]) -> Mapping[str, object] | None:
        """What has to be noted: a way back that is known is not, or a run that is tried again and
        again would fill the file.
        """
        known = self._state.get(step)
        return None if known and known.begun else data

    def _write(self, record: Mapping[str, object]) -> None:
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
        if not isinstance(record, dict):
            return
        if record.get("roll-back"):
            self._rolling_back = True
        if isinstance(planned := record.get("plan"), list):
            for step in planned:
                known = self._state.pop(str(step), Entry(Phase.PLANNED, {}, begun=False))
                self._state[str(step)] = Entry(Phase.PLANNED, known.data, known.begun)
        if isinstance(record.get("step"), str):
            self._follow_step(record["step"], record.get("phase"), record.get("data"))

    def _follow_step(self, step: str, phase: object, data: object) -> None:
        if phase is None:
            self._state.pop(step, None)
        elif phase in tuple(Phase):
            known = self._state.get(step)
            kept = data if isinstance(data, dict) else known.data if known else {}
            self._state[step] = Entry(Phase(str(phase)), kept)


def _record(
    step: str, phase: Phase | None, data: Mapping[str, object] | None
) -> Mapping[str, object]:
    return {"step": step, "phase": phase, "data": data}


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
