# SPDX-License-Identifier: Apache-2.0
"""Leader election by a Lease, by the rules of client-go, so that no two replicas ever work at once.

A holder renews the Lease. A candidate takes it when it is released, or when it has seen no
renewal for the Lease's duration on its *own* clock: clocks of other machines are never compared.
The holder gives up earlier than that (renew deadline), and gives the Lease back when it ends,
so that a roll-out has no gap. Figures: Gardener contract, section 5.5.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from . import kube, leases, logs, waiting

_log = logging.getLogger(__name__)

_JITTER = 1.2
"""Candidates wait up to this many times the retry period, so that they do not ask all at once."""


class LeadershipLost(Exception):
    """The Lease could not be renewed in time or has another holder: the process must end."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The three periods of an election, in seconds."""

    lease: float = 15.0
    """How long a Lease counts without renewal; what a crash of the leader costs."""

    renew: float = 10.0
    """How long the leader tries to renew before it gives up; less than `lease`."""

    retry: float = 2.0
    """Between two tries."""

    def __post_init__(self) -> None:
        if not self.lease > self.renew > _JITTER * self.retry > 0:
            message = (
                f"cannot elect a leader with lease {self.lease:g} s, renew deadline "
                f"{self.renew:g} s, retry period {self.retry:g} s: the first must be longer than "
                f"the second, the second longer than {_JITTER} times the third"
            )
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Observation:
    """A Lease, and when on our own clock it was first seen to be exactly so."""

    lease: leases.Lease
    since: float


def observe(before: Observation | None, seen: leases.Lease, now: float) -> Observation:
    """Note what was read; an unchanged Lease keeps its time."""
    since = before.since if before is not None and before.lease == seen else now
    return Observation(seen, since)


def takeable(observation: Observation, identity: str, now: float, lasts: float) -> bool:
    """Tell whether `identity` may write the Lease: it is ours, nobody's, or long not renewed."""
    holder = observation.lease.holder
    if holder in {"", identity}:
        return True
    return now - observation.since > max(lasts, float(observation.lease.duration))


class Leader:
    """One candidate.

    `identity` must be unique to this process. `on_change` is told when leadership begins and ends.
    """

    def __init__(
        self,
        store: leases.Leases,
        identity: str,
        *,
        timing: Timing,
        clocks: waiting.Clocks,
        on_change: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._identity = identity
        self._timing = timing
        self._clocks = clocks
        self._on_change = on_change
        self._observation: Observation | None = None
        self._renewed_at = -math.inf
        self.leading = False
        """Whether we hold the Lease, as far as we know."""

    async def lead(self, work: Callable[[], Awaitable[None]]) -> None:
        """Wait for leadership, do the work while it lasts, give the Lease back.

        Ends when the work ends. Raises an exception group with `LeadershipLost`; the work is
        cancelled and has ended by then.
        """
        await self.acquire()
        try:
            async with asyncio.TaskGroup() as group:
                holding = group.create_task(self.hold(), name="leader election")
                await work()
                holding.cancel()
        finally:
            await self.release()

    async def acquire(self) -> None:
        """Wait until we hold the Lease."""
        logs.canonical(_log, "waiting for leadership", identity=self._identity)
        while True:
            if await self._attempt(self._timing.renew):
                self._set(leading=True)
                return
            await asyncio.sleep(self._timing.retry * self._clocks.rng.uniform(1.0, _JITTER))

    async def hold(self) -> None:
        """Renew the Lease until cancelled. Raises `LeadershipLost`."""
        while True:
            await asyncio.sleep(self._timing.retry)
            rest = self._renewed_at + self._timing.renew - self._clocks.seconds()
            renewed = rest > 0 and await self._attempt(min(rest, self._timing.renew / 2))
            if renewed:
                continue
            holder = self._observation.lease.holder if self._observation else self._identity
            if holder != self._identity:
                self._lose(f"the Lease is held by {holder or 'nobody'}")
            if self._clocks.seconds() - self._renewed_at >= self._timing.renew:
                self._lose(f"the Lease was not renewed for {self._timing.renew:g} s")

    async def release(self) -> None:
        """Give the Lease back if we hold it; what goes wrong is logged only."""
        if not self.leading or self._observation is None:
            return
        self._set(leading=False)
        stamp = leases.micro_time(self._clocks.now())
        held = self._observation.lease
        # Duration 1, since the API server takes no 0.
        free = leases.Lease("", 1, stamp, stamp, held.transitions, held.version)
        try:
            async with asyncio.timeout(self._timing.renew / 2):
                await self._store.replace(free)
        except (kube.ApiError, TimeoutError) as error:
            self._complain("cannot release the leader Lease", error)

    async def _attempt(self, seconds: float) -> bool:
        """Try once to take or renew the Lease; tell whether we hold it now."""
        began = self._clocks.seconds()
        try:
            async with asyncio.timeout(seconds):
                held = await self._try()
        except (kube.ApiError, TimeoutError) as error:
            if not isinstance(error, kube.Conflict):
                self._complain("cannot take or renew the leader Lease", error)
            return False
        if held:
            self._renewed_at = began
        return held

    async def _try(self) -> bool:
        if self.leading and self._observation is not None:
            # What we wrote last is most likely still there: one request instead of two.
            try:
                await self._write(self._observation.lease)
            except (kube.Conflict, kube.NotFound):
                pass
            else:
                return True
        found = await self._store.read()
        if found is None:
            stamp = leases.micro_time(self._clocks.now())
            new = leases.Lease(self._identity, self._seconds(), stamp, stamp, 0)
            self._note(await self._store.create(new))
            return True
        self._note(found)
        observation = observe(self._observation, found, self._clocks.seconds())
        if not takeable(observation, self._identity, self._clocks.seconds(), self._timing.lease):
            return False
        if self.leading and found.holder != self._identity:
            return False
        await self._write(found)
        return True

    async def _write(self, before: leases.Lease) -> None:
        stamp = leases.micro_time(self._clocks.now())
        same = before.holder == self._identity
        mine = leases.Lease(
            holder=self._identity,
            duration=self._seconds(),
            acquire_time=before.acquire_time if same else stamp,
            renew_time=stamp,
            transitions=before.transitions + (0 if same else 1),
            version=before.version,
        )
        self._note(await self._store.replace(mine))

    def _note(self, seen: leases.Lease) -> None:
        self._observation = observe(self._observation, seen, self._clocks.seconds())

    def _seconds(self) -> int:
        return math.ceil(self._timing.lease)

    def _lose(self, why: str) -> None:
        self._set(leading=False)
        message = f"cannot lead any longer: {why}"
        raise LeadershipLost(message)

    def _set(self, *, leading: bool) -> None:
        self.leading = leading
        msg = "leading" if leading else "not leading any longer"
        logs.canonical(_log, msg, identity=self._identity)
        self._on_change(leading)

    def _complain(self, what: str, error: Exception) -> None:
        text = str(error) or "no answer in time"
        logs.canonical(_log, what, level=logging.WARNING, error=text)
