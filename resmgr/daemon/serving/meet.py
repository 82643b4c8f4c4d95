# SPDX-License-Identifier: Apache-2.0
"""Meeting the runtime: wait until it is there, see who it is, and what it has (sections 3.4, 5).

Being away is no reason to end, however often it happens; what it says may be one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Final, TypeVar

from ...relay import unary, upstream
from ...runtime import caller as callers
from ...runtime import synchronise, version
from ...runtime.caller import RuntimeProblem
from ...wire.grpc.codes import Code
from ...wire.grpc.statuses import CallError

_LOG = logging.getLogger("cri/client")

_AWAY: Final = frozenset((Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.CANCELLED))
_STARTING: Final = "server is not initialized yet"
_PAUSE: Final = 1.0

T = TypeVar("T")


class Caller:
    """Makes calls of our own on a connection of the relay."""

    def __init__(self, there: upstream.Upstream) -> None:
        """Take the connection."""
        self._upstream = there

    async def call(self, method: str, message: bytes, timeout: float) -> bytes:
        """Give the answer. Raises `CallError`."""
        return await unary.call(self._upstream, method, message, timeout=timeout)


async def patiently(ask: Callable[[], Awaitable[T]], pause: float = _PAUSE) -> T:
    """Ask until the runtime is there to answer. Raises `RuntimeProblem` for what it answers."""
    while True:
        try:
            return await ask()
        except RuntimeProblem as problem:
            cause = problem.__cause__
            if not isinstance(cause, CallError) or not _away(cause):
                raise
            # That it is not there is told where connections are made.
            known = cause.status.code is Code.UNAVAILABLE
            _LOG.log(logging.DEBUG if known else logging.WARNING, "%s; asking again", problem)
        await asyncio.sleep(pause)


def _away(error: CallError) -> bool:
    """Tell whether the runtime cannot answer now; containerd says so in words while it starts."""
    return error.status.code in _AWAY or _STARTING in error.status.message


async def meet(caller: callers.Caller, *, allow_untested: bool) -> version.Found:
    """Give who the runtime is. Raises `RuntimeProblem`."""
    found = await patiently(lambda: version.check(caller, allow_untested=allow_untested))
    _LOG.info("the runtime is %s %s, %s", found.name, found.version, found.runtime.service)
    if found.warning:
        _LOG.warning("%s", found.warning)
    return found


async def learn(
    runtime: callers.Runtime, known_pods: Collection[str], known_containers: Collection[str]
) -> synchronise.Fetched:
    """Give what the runtime has; `known_...` are ids of those whose status is not needed.

    Raises `RuntimeProblem`.
    """
    return await patiently(lambda: look(runtime, known_pods, known_containers))


async def look(
    runtime: callers.Runtime, known_pods: Collection[str], known_containers: Collection[str]
) -> synchronise.Fetched:
    """Do it once, and tell what could not be found out. Raises `RuntimeProblem`."""
    fetched = await synchronise.fetch(
        runtime, known_pods=known_pods, known_containers=known_containers
    )
    for problem in fetched.problems:
        _LOG.warning("%s", problem)
    return fetched
