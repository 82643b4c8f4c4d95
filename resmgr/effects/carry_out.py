# SPDX-License-Identifier: Apache-2.0
"""Carries plans out: updates through the runtime, files for containers.

Updates of one turn (`plan.Turn`) are sent side by side, and a turn begins when the one before it is
over: whoever grows finds that others have made room. What failed is told, and tried again with the
next plan: with what the container is meant to have by then, not with what was meant when it failed,
and in the turn that follows from what the container really has.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

from ..engine.events import IntentFailed
from ..intents import ExportData, SetCpuset
from ..model import Container, ContainerState, LinuxResources, Mount
from ..wire.grpc.codes import Code
from ..wire.grpc.statuses import CallError
from . import exports, plan
from .plan import Plan

Update = Callable[[Container], Awaitable[None]]
"""Sends the complete resources of a container to the runtime. Raises `CallError`."""

Find = Callable[[str], Container | None]
"""Gives a container by its cache id as it is known now."""

AT_A_TIME = 16
"""Updates that are under way at most: each may be a program that the runtime starts."""

_REACHABLE = frozenset((ContainerState.CREATED, ContainerState.RUNNING))


class Executor:
    """Carries one plan out after the other; `failed` holds what has to be tried again."""

    def __init__(self, update: Update, find: Find, files: exports.Exports) -> None:
        """Take what reaches the runtime, the containers and the files."""
        self._update = update
        self._find = find
        self._files = files
        self.failed: dict[str, str] = {}
        """Cache id -> why its last update failed."""
        self._had: dict[str, LinuxResources] = {}
        """What those that failed had before, as far as it is known."""
        self._unwritten: dict[str, dict[str, str]] = {}

    def mounts(self, cache_id: str) -> tuple[Mount, ...]:
        """Give what a container has to have mounted to see what is written for it."""
        return self._files.mounts(cache_id)

    async def carry_out(self, what: Plan) -> Sequence[IntentFailed]:
        """Do it in the plan's order, with what failed earlier; give what failed now."""
        told: dict[str, IntentFailed] = {}
        due = sorted(self._due(what), key=lambda pair: pair[0])
        for turn in plan.Turn:
            await self._side_by_side([one for its, one in due if its is turn], told)
        self.failed = {key: why for key, why in self.failed.items() if self._find(key)}
        self._had = {key: had for key, had in self._had.items() if key in self.failed}
        failures = [told[one.cache_id] for _, one in due if one.cache_id in told]
        self._unwritten |= {key: dict(values) for key, values in what.exports.items()}
        for cache_id, values in tuple(self._unwritten.items()):
            self._write(cache_id, values, failures)
        for cache_id in [one for one in self._files.written if self._find(one) is None]:
            self._files.remove(cache_id)
        return failures

    def _due(self, what: Plan) -> Iterator[tuple[plan.Turn, Container]]:
        """Give the containers to update as they have to be then, each with its turn."""
        meant = {container.cache_id: container.linux for container in what.updates}
        for cache_id in dict.fromkeys((*self.failed, *meant)):
            # It may have changed or gone since the plan was made.
            now = self._find(cache_id)
            if now is None or now.state not in _REACHABLE or not now.id:
                continue
            linux = _as_planned(now.linux, meant.get(cache_id))
            had = self._had.get(cache_id) or what.had.get(cache_id)
            turn = plan.turn(had, linux) if had is not None else plan.Turn.MOVES
            if had is not None:
                self._had[cache_id] = had
            yield turn, now if linux is now.linux else replace(now, linux=linux)

    async def _side_by_side(
        self, containers: Sequence[Container], told: dict[str, IntentFailed]
    ) -> None:
        """Update containers, some at a time; nobody waits for the one before."""
        if not containers:
            return
        rest = iter(containers)

        async def work() -> None:
            for container in rest:
                await self._send(container, told)

        async with asyncio.TaskGroup() as group:
            for _ in containers[:AT_A_TIME]:
                group.create_task(work(), name="update")

    async def _send(self, container: Container, told: dict[str, IntentFailed]) -> None:
        before = self.failed.pop(container.cache_id, "")
        try:
            await self._update(container)
        except CallError as error:
            if error.status.code is Code.NOT_FOUND:
                return  # It has gone; the call that tells so is on its way.
            why = error.status.message or error.status.code.name
        except Exception as error:  # noqa: BLE001 - the others' updates must not be lost for it
            why = f"{type(error).__name__}: {error}"
        else:
            return
        self.failed[container.cache_id] = why
        if why != before:
            text = f"cannot update container {container.name} ({container.id}): {why}"
            intent = SetCpuset(container.cache_id, container.linux.cpuset_cpus)
            told[container.cache_id] = IntentFailed(intent, text)

    def _write(self, cache_id: str, values: dict[str, str], failures: list[IntentFailed]) -> None:
        del self._unwritten[cache_id]
        if self._find(cache_id) is None:
            return
        try:
            self._files.write(cache_id, values)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            intent = ExportData(cache_id, tuple(sorted(values.items())))
            failures.append(IntentFailed(intent, f"cannot write data of {cache_id}: {why}"))
            if isinstance(error, OSError):
                self._unwritten[cache_id] = values


def _as_planned(now: LinuxResources, planned: LinuxResources | None) -> LinuxResources:
    """Give what a container has to have after a plan.

    What was decided later on its CPUs and nodes may need others to make room first, which is for a
    later plan; all else is as it is known now, since the kubelet may have changed it meanwhile.
    """
    if planned is None or (now.cpuset_cpus, now.cpuset_mems) == (
        planned.cpuset_cpus,
        planned.cpuset_mems,
    ):
        return now
    return replace(now, cpuset_cpus=planned.cpuset_cpus, cpuset_mems=planned.cpuset_mems)
