# SPDX-License-Identifier: Apache-2.0
"""The heartbeat Lease, by which gardenlet knows that the health conditions are being kept true.

If it is older than some minutes, gardenlet takes all of them for unknown (Gardener contract,
section 5.3). Only the leader renews it, since only the leader keeps the conditions.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from . import kube, leases, logs

_log = logging.getLogger(__name__)

INTERVAL = 30
"""Seconds between two renewals, by default."""

RETRY = 5.0
"""Seconds until a renewal that failed is tried again, at most."""


class Renewable(Protocol):
    """One named Lease; `leases.ApiLease` is one."""

    async def renew(self, holder: str, duration: int, renew_time: str) -> None:
        """Set holder and time, whoever held it. Raises `kube.ApiError`."""


class Heartbeat:
    """Renews one Lease; `holder` is the name of the extension, `interval` in seconds."""

    def __init__(
        self,
        lease: Renewable,
        holder: str,
        *,
        interval: int = INTERVAL,
        now: Callable[[], datetime],
    ) -> None:
        self._lease = lease
        self._holder = holder
        self._interval = interval
        self._now = now

    async def run(self) -> None:
        """Renew until cancelled; failures are retried."""
        while True:
            pause = self._interval if await self.beat() else min(RETRY, self._interval / 2)
            await asyncio.sleep(pause)

    async def beat(self) -> bool:
        """Renew once; tell whether the API server took it."""
        try:
            async with asyncio.timeout(self._interval):
                stamp = leases.micro_time(self._now())
                await self._lease.renew(self._holder, self._interval, stamp)
        except (kube.ApiError, TimeoutError) as error:
            text = str(error) or "no answer in time"
            logs.canonical(
                _log, "cannot renew the heartbeat Lease", level=logging.WARNING, error=text
            )
            return False
        return True
