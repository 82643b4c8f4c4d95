# SPDX-License-Identifier: Apache-2.0
"""Has CPUs run as their classes say; the machine is looked at when that first matters."""

from collections.abc import Callable

from ..control.cpu import classes, limits
from ..control.cpu.assignments import Assignments
from ..control.cpu.classes import Classes
from ..sysfs.knobs import Knobs
from .frequencies import Frequencies


class Cpu:
    """What controller `cpu` needs of the machine."""

    def __init__(self, frequencies: Frequencies, find: Callable[[], Knobs]) -> None:
        """Take who writes, and what finds where limits can be set."""
        self._frequencies = frequencies
        self._find = find
        self._knobs: Knobs | None = None
        self._told: frozenset[str] = frozenset()

    @property
    def knobs(self) -> Knobs:
        """Where limits can be set; a machine does not change while it runs."""
        if self._knobs is None:
            self._knobs = self._find()
        return self._knobs

    def unable(self, wanted: Classes) -> str:
        """Give why these classes cannot be had on this machine, nothing if they can."""
        return classes.unable(wanted, self.knobs) if wanted else ""

    def refused(self, wanted: Classes) -> tuple[str, ...]:
        """Give what of these classes has to be refused on this machine."""
        return classes.refused(wanted, self.knobs) if wanted else ()

    def idle(self, wanted: Classes) -> bool:
        """Tell whether there is nothing to write: no file is waited for then."""
        return not wanted and not self._frequencies.changed

    def enforce(
        self, assignments: Assignments, wanted: Classes, *, anew: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Have it so, and all else as it was found; give what is doubtful, and what failed.

        Each is told once as long as it stays so. It waits for files.
        """
        if self.idle(wanted):
            doubts = tuple(limits.wanted(assignments, wanted, Knobs()).doubts)
            failed: tuple[str, ...] = ()
        else:
            found = limits.wanted(assignments, wanted, self.knobs)
            doubts, failed = found.doubts, self._frequencies.apply(found.limits, anew=anew)
        before, self._told = self._told, frozenset((*doubts, *failed))
        return (
            tuple(one for one in doubts if one not in before),
            tuple(one for one in failed if one not in before or anew),
        )

    def restore(self) -> tuple[str, ...]:
        """Have everything as it was found; give what failed. It waits for files."""
        return () if self.idle({}) else self._frequencies.restore()
