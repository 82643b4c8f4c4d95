# SPDX-License-Identifier: Apache-2.0
"""Looks at settled Extensions without an event: new operator configs, and the regular resync.

Limited in rate, so that a change of the operator's configs does not push aside what gardenlet
asks for. What the ManagedResource was built from stands on it, so a start finds the shoots
that missed a change and touches no other.
"""

import asyncio
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

from . import extension, names, observed, operator_configs, store, waiting
from .decide import operation

FIRST_LOOK = 1.0
"""Seconds until the first look after a start, when the operator's configs may be other ones than
at the end of the last leader; the next looks come after twice as long each, up to `LOOK`."""

LOOK = 60.0
"""Seconds between two looks for what is due."""

NOT_READY = 1.0
"""Seconds until news are looked at again that came before the lists were complete."""

SPREAD = 0.2
"""Part of the resync period by which shoots differ, so that they do not come all at once."""


class Settler:
    """Finds settled objects that are due and hands them on, `per_second` at most.

    `ready` tells whether all lists are complete; `hand_on` queues a key as a look without event.
    """

    def __init__(
        self,
        known: store.Store,
        configs: operator_configs.OperatorConfigs,
        *,
        resync_period: float,
        per_second: float,
        clocks: waiting.Clocks,
        ready: Callable[[], bool],
        hand_on: Callable[[tuple[str, str]], None],
    ) -> None:
        """Keep the parts."""
        self._known = known
        self._configs = configs
        self._resync = resync_period
        self._pause = 1.0 / per_second
        self._clocks = clocks
        self._ready = ready
        self._hand_on = hand_on
        self._news = asyncio.Event()

    def configs_changed(self) -> None:
        """Look now: other operator configs are in force."""
        self._news.set()

    async def run(self) -> None:
        """Look until cancelled."""
        pause = FIRST_LOOK
        while True:
            await waiting.wait(self._news, pause)
            if not self._ready():
                await asyncio.sleep(NOT_READY)
                continue
            pause = min(2.0 * pause, LOOK)
            self._news.clear()
            for subject in self._known.extensions():
                if self._news.is_set():
                    break
                if self.due(subject, self._clocks.now()):
                    self._hand_on(subject.key)
                    await asyncio.sleep(self._pause)

    def due(self, subject: extension.Extension, now: datetime) -> bool:
        """Tell whether a settled object should be looked at."""
        if not operation.settled(subject):
            return False
        node = self._known.managed(subject.namespace, names.NODE_MANAGED_RESOURCE)
        if node is not None:
            built_from = node.annotations.get(observed.CONFIGS_ANNOTATION)
            if built_from != self._configs.checksum and not node.deleting:
                return True
        last = subject.last_operation
        if not self._resync or last is None or last.last_update_time is None:
            return False
        period = timedelta(seconds=self._resync * (1.0 + SPREAD * _share(subject.uid)))
        return now >= last.last_update_time + period


def _share(uid: str) -> float:
    """Give a number from 0 to 1 that is always the same for an object, so nothing is kept."""
    return zlib.crc32(uid.encode()) / 0xFFFFFFFF
