# SPDX-License-Identifier: Apache-2.0
"""When the kubelet of a node was not well, seen every ten milliseconds."""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

from ground import cluster, machine

_POLL = 0.05

_WELL, _OUTAGE = 30.0, 120.0
"""Seconds in which a kubelet has to be well, and in which one has to go and come back."""


@dataclass(frozen=True, slots=True)
class Outage:
    """From the first question without a good answer to the next good one, in `now` seconds."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.ended - self.began


def now() -> float:
    """Seconds since this machine's boot: what processes are stamped with when they start."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def outages(lines: Iterable[str]) -> tuple[Outage, ...]:
    """Read what `poll` says; an outage that has not ended is none yet."""
    found: list[Outage] = []
    began: float | None = None
    well_before = False
    for line in lines:
        at, _, well = line.partition(" ")
        if well.strip() == "1":
            if began is not None:
                found.append(Outage(began, float(at)))
            began, well_before = None, True
        elif well_before:
            began, well_before = float(at), False
    return tuple(found)


class Health:
    """The health of one kubelet, see `watched`."""

    def __init__(self, said: Path) -> None:
        """Take the file that `poll` writes."""
        self._said = said

    def since(self, begin: float) -> tuple[Outage, ...]:
        """Give all outages that began after that and have ended."""
        return tuple(each for each in outages(self._lines()) if each.began >= begin)

    def well(self) -> bool:
        """Whether the last answer was good."""
        return self._lines()[-1:] != [] and self._lines()[-1].endswith(" 1")

    async def until_well(self) -> None:
        """Wait until the last answer was good. Raises `cluster.Late`."""
        deadline = now() + _WELL
        while not self.well():
            if now() > deadline:
                raise cluster.Late(f"waited {_WELL:.0f} s for a kubelet that is well")
            await asyncio.sleep(_POLL)

    async def until_outage(self, since: float, *, over: float = 0.0) -> Outage:
        """Wait until an outage that began after `since`, and lasted until `over`, has ended.

        Raises `cluster.Late`.
        """
        deadline = now() + _OUTAGE
        while True:
            for each in self.since(since):
                if each.ended > over:
                    return each
            if now() > deadline:
                raise cluster.Late(f"waited {_OUTAGE:.0f} s for a kubelet to go and come back")
            await asyncio.sleep(_POLL)

    def _lines(self) -> list[str]:
        whole, _, _ = self._said.read_text(encoding="ascii").rpartition("\n")
        return whole.splitlines()


@contextlib.asynccontextmanager
async def watched(on: machine.Machine) -> AsyncIterator[Health]:
    """Watch a kubelet that is well. Raises `cluster.Late`."""
    program = Path(__file__).with_name("poll.py")
    words = ("nsenter", "--target", str(on.pid), "--net", sys.executable, "-S", str(program))
    with tempfile.NamedTemporaryFile() as file:
        process = await asyncio.create_subprocess_exec(*words, stdout=file)
        try:
            health = Health(Path(file.name))
            await health.until_well()
            yield health
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
