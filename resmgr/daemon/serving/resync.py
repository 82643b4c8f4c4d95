# SPDX-License-Identifier: Apache-2.0
"""What the runtime has, anew: whenever it is back, and when it has a container that is not known.

The kubelet need not ask for it (section 5). A container may be unknown that the runtime has made
for a daemon before this one, later than this one has looked.

Calls go on meanwhile. What they tell is newer than what the lists do, so it counts.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from ...cri.session import Session
from ...engine import events
from ...model import Container
from ...runtime import synchronise
from ...runtime.caller import Runtime, RuntimeProblem
from ..configuring import settings
from . import meet

_LOG = logging.getLogger("resource-manager")

_WHAT: Final = "synchronisation"

_AGAIN: Final = 30.0
"""Seconds between two attempts with a runtime that is there and does not tell."""


class Resync:
    """See the module; one synchronisation after the other, however often one is wanted."""

    def __init__(self, runtime: Runtime, session: Session, again: float = _AGAIN) -> None:
        """Take the runtime and who works by what it has."""
        self._runtime = runtime
        self._session = session
        self._again = again
        self._wanted = asyncio.Event()

    def want(self) -> None:
        """Have it done soon."""
        self._wanted.set()

    async def run(self) -> None:
        """Do it whenever it is wanted, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            event = await self._learn()
            with self._session.guard(_WHAT):
                self._session.take(event, _WHAT)
                # Updates that failed while the runtime was away are tried again by any plan.
                await self._session.settled()
                pods, containers = len(event.pods), len(event.containers)
                _LOG.info("learnt what the runtime has: %d pods, %d containers", pods, containers)

    async def _learn(self) -> events.Synchronised:
        while True:
            with self._session.guard(_WHAT):
                try:
                    return (await meet.patiently(self._look)).event
                except RuntimeProblem as problem:
                    _LOG.warning("%s; asking again in %g seconds", problem, self._again)
            await asyncio.sleep(self._again)

    async def _look(self) -> synchronise.Fetched:
        engine = self._session.engine
        self._session.take(events.Synchronising())
        containers = known(engine.policy.name, engine.ledger.containers.values())
        return await meet.look(self._runtime, tuple(engine.ledger.pods), containers)


def known(policy: str, containers: Iterable[Container]) -> frozenset[str]:
    """Give the ids of those containers whose resources need not be asked for.

    Policy none decides nothing, so nothing can differ from what was decided.
    """
    if policy != settings.NO_POLICY:
        return frozenset()
    return frozenset(one.id for one in containers if one.id)
