# SPDX-License-Identifier: Apache-2.0
"""Carries plans out as far as the controllers that they are for are at work.

What belongs to controller `cri` waits while that does not run, and is caught up with when it does
again; frequencies are as they were found while `cpu` does not run.
"""

import asyncio
import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from ..control.cpu import classes as cpu_classes
from ..control.cpu.assignments import Assignments
from ..control.cpu.classes import Classes
from ..control.cri import scope
from ..control.memory import places
from ..control.roster import Roster
from ..engine.events import IntentFailed
from ..intents import AssignCpuClass, SetTopTierLimit
from ..model import LinuxResources, Mount
from ..policy.interface import Subject
from .carry_out import Executor
from .cpu import Cpu
from .plan import Plan
from .toptier import TopTier


class Known(Protocol):
    """What is known now."""

    @property
    def cpu_classes(self) -> Assignments:
        """CPUs by class."""

    def find(self, cache_id: str, /) -> Subject | None:
        """Give a container with its pod."""

    def limits(self) -> Iterable[SetTopTierLimit]:
        """Give the limits of top-tier memory of all containers that have one."""


class Controlled:
    """An executor under controllers; `configure` comes before the first plan."""

    def __init__(self, executor: Executor, known: Known, cpu: Cpu, memory: TopTier) -> None:
        """Take who carries out what is for containers, and what controllers need."""
        self._executor = executor
        self._known = known
        self._cpu = cpu
        self._memory = memory
        self._roster = Roster()
        self._classes: Classes = {}
        self._anew = False
        self._withheld: dict[str, LinuxResources] = {}
        self._errors: list[str] = []

    def configure(self, roster: Roster, classes: Classes) -> None:
        """Follow another configuration with the next plan."""
        self._roster = roster
        self._classes = classes if roster.runs(cpu_classes.NAME) else {}
        self._anew = True
        self._errors.clear()

    @property
    def changes_requests(self) -> bool:
        """Whether what is decided goes into requests and updates."""
        return self._roster.runs(scope.NAME)

    def withhold(self, cache_id: str, has: LinuxResources) -> None:
        """Remember that a container has this, and not what is decided for it."""
        self._withheld.setdefault(cache_id, has)

    def mounts(self, cache_id: str) -> tuple[Mount, ...]:
        """Give what a container has to have mounted to see what is written for it."""
        return self._executor.mounts(cache_id)

    def take_errors(self) -> tuple[str, ...]:
        """Give what failed since the last configuration in controllers that are taken seriously."""
        errors, self._errors = tuple(self._errors), []
        return errors

    async def carry_out(self, what: Plan) -> Sequence[IntentFailed]:
        """Do it in the plan's order; give what failed."""
        failures = list(await self._executor.carry_out(self._allowed(what)))
        self._serious(scope.NAME, (one.error for one in failures))
        anew, self._anew = self._anew, False
        if anew or what.cpu_classes:
            failures += await self._enforce(anew=anew)
        if self._roster.runs(places.NAME):
            failures += self._limit(self._known.limits() if anew else what.top_tier)
        return failures

    def restore(self) -> tuple[str, ...]:
        """Have frequencies as they were found; give what failed. It waits for files."""
        return self._cpu.restore()

    def _allowed(self, what: Plan) -> Plan:
        """Give a plan without what has to wait, or with what has waited until now."""
        if not self.changes_requests:
            for container in what.updates:
                self.withhold(container.cache_id, what.had.get(container.cache_id, _UNKNOWN))
            for cache_id in self._executor.failed:
                self.withhold(cache_id, _UNKNOWN)
            self._executor.failed.clear()
            return replace(what, updates=(), had={})
        if not self._withheld:
            return what
        planned = {one.cache_id for one in what.updates}
        known = {key: one.container for key in self._withheld if (one := self._known.find(key))}
        more = [one for one in scope.waiting(self._withheld, known) if one.cache_id not in planned]
        had = {**what.had, **self._withheld}
        self._withheld.clear()
        return replace(what, updates=(*more, *what.updates), had=had)

    async def _enforce(self, *, anew: bool) -> list[IntentFailed]:
        classes, assignments = self._classes, self._known.cpu_classes
        if not self._roster.runs(cpu_classes.NAME):
            assignments = {}
        if self._cpu.idle(classes):
            # Most nodes: no thread is worth it.
            doubts, failed = self._cpu.enforce(assignments, classes, anew=anew)
        else:
            enforce = functools.partial(self._cpu.enforce, assignments, classes, anew=anew)
            doubts, failed = await asyncio.to_thread(enforce)
        self._serious(cpu_classes.NAME, failed)
        return [IntentFailed(AssignCpuClass(0, ""), one) for one in (*doubts, *failed)]

    def _limit(self, limits: Iterable[SetTopTierLimit]) -> list[IntentFailed]:
        failures = []
        for intent in limits:
            subject = self._known.find(intent.container)
            if subject is not None and subject.container.id:
                why = self._memory.write(subject.container, subject.pod, intent.limit)
                failures += [IntentFailed(intent, why)] if why else []
        self._serious(places.NAME, (one.error for one in failures))
        return failures

    def _serious(self, name: str, errors: Iterable[str]) -> None:
        if self._roster.serious(name):
            self._errors += errors


_UNKNOWN = LinuxResources()
