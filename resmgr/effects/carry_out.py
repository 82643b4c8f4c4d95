# SPDX-License-Identifier: Apache-2.0
"""Carries plans out: updates through the runtime, files for containers.

What failed is told, and tried again with the next plan: with what the container is meant to have by
then, not with what was meant when it failed.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from ..engine.events import IntentFailed
from ..intents import ExportData, SetCpuset
from ..model import Container, ContainerState, Mount
from ..wire.grpc.codes import Code
from ..wire.grpc.statuses import CallError
from . import exports
from .plan import Plan

Update = Callable[[Container], Awaitable[None]]
"""Sends the complete resources of a container to the runtime. Raises `CallError`."""

Find = Callable[[str], Container | None]
"""Gives a container by its cache id as it is known now."""

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
        self._unwritten: dict[str, dict[str, str]] = {}

    def mounts(self, cache_id: str) -> tuple[Mount, ...]:
        """Give what a container has to have mounted to see what is written for it."""
        return self._files.mounts(cache_id)

    async def carry_out(self, what: Plan) -> Sequence[IntentFailed]:
        """Do it in the plan's order, with what failed earlier; give what failed now."""
        failures: list[IntentFailed] = []
        planned = [container.cache_id for container in what.updates]
        for cache_id in _merged(tuple(self.failed), planned):
            # It may have changed or gone since the plan was made.
            await self._send(self._find(cache_id), failures)
        self.failed = {
            cache_id: why for cache_id, why in self.failed.items() if self._find(cache_id)
        }
        self._unwritten |= {key: dict(values) for key, values in what.exports.items()}
        for cache_id, values in tuple(self._unwritten.items()):
            self._write(cache_id, values, failures)
        for cache_id in [one for one in self._files.written if self._find(one) is None]:
            self._files.remove(cache_id)
        return failures

    async def _send(self, container: Container | None, failures: list[IntentFailed]) -> None:
        if container is None or container.state not in _REACHABLE or not container.id:
            return
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
            failures.append(IntentFailed(intent, text))

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


def _merged(failed: Sequence[str], planned: Sequence[str]) -> Iterable[str]:
    """Give the order of what failed earlier and of a plan as one.

    Shrinking came before growing in both, and still does: who failed comes before the plan, unless
    the plan has it as well. Then those come before it that the plan has before it.
    """
    places = {cache_id: place for place, cache_id in enumerate(planned)}
    merged: dict[str, None] = {}
    done = 0
    for cache_id in failed:
        upto = places.get(cache_id, -1) + 1
        merged |= dict.fromkeys(planned[done:upto])
        done = max(done, upto)
        merged[cache_id] = None
    return merged | dict.fromkeys(planned[done:])
