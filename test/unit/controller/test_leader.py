# SPDX-License-Identifier: Apache-2.0
"""Leader election on a Lease in memory, on a clock that jumps."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller import virtual_time

from controller import kube, leader, leases

AWAY = kube.Unavailable(0, "NoConnection", "cannot reach it")


class Memory:
    """One Lease with optimistic locking; `away` makes every request fail, `slow` take so long."""

    def __init__(self) -> None:
        self.lease: leases.Lease | None = None
        self.away = False
        self.slow = 0.0
        self.requests = 0
        self._version = 0

    async def _request(self) -> None:
        self.requests += 1
        await asyncio.sleep(self.slow)
        if self.away:
            raise AWAY

    def put(self, lease: leases.Lease) -> leases.Lease:
        """Store a Lease as another client would."""
        self._version += 1
        self.lease = replace(lease, version=str(self._version))
        return self.lease

    async def read(self) -> leases.Lease | None:
        """Read it."""
        await self._request()
        return self.lease

    async def create(self, lease: leases.Lease) -> leases.Lease:
        """Create it."""
        await self._request()
        if self.lease is not None:
            raise kube.AlreadyExists(409, "AlreadyExists", "is there")
        return self.put(lease)

    async def replace(self, lease: leases.Lease) -> leases.Lease:
        """Write it."""
        await self._request()
        if self.lease is None:
            raise kube.NotFound(404, "NotFound", "is not there")
        if self.lease.version != lease.version:
            raise kube.Conflict(409, "Conflict", "has changed")
        return self.put(lease)


def candidate(store: leases.Leases, identity: str = "me", seed: int = 1) -> leader.Leader:
    """Make a candidate with the usual timing."""
    clocks = virtual_time.clocks(seed)
    return leader.Leader(store, identity, timing=leader.Timing(), clocks=clocks)


def held_by(holder: str) -> leases.Lease:
    """Make a Lease of somebody, renewed at a time far in the future of nobody's clock."""
    time = "2999-01-01T00:00:00.000000Z"
    return leases.Lease(holder, 15, time, time, 3)


def now() -> float:
    """Give the time on the loop's clock."""
    return asyncio.get_running_loop().time()


async def lost(leading: leader.Leader) -> tuple[str, float]:
    """Hold the Lease until it is lost; give the reason and the time."""
    with pytest.raises(leader.LeadershipLost) as caught:
        await leading.hold()
    return str(caught.value), now()


def test_first_one_creates_the_lease() -> None:
    """Without a Lease the first candidate leads at once."""

    async def main() -> tuple[leases.Lease | None, float]:
        store = Memory()
        await candidate(store).acquire()
        return store.lease, now()

    lease, at = virtual_time.run(main())
    stamp = "2026-08-01T12:00:00.000000Z"
    assert lease == leases.Lease("me", 15, stamp, stamp, 0)
    assert at == 0


def test_released_lease_is_taken_at_once() -> None:
    """A Lease without holder is taken without waiting, which counts as a transition."""

    async def main() -> tuple[leases.Lease | None, float]:
        store = Memory()
        store.put(held_by(""))
        await candidate(store).acquire()
        return store.lease, now()

    lease, at = virtual_time.run(main())
    assert lease is not None
    assert (lease.holder, lease.transitions, at) == ("me", 4, 0)


def test_own_lease_is_taken_up_again() -> None:
    """After an answer that got lost the Lease may be ours already: that is no transition."""

    async def main() -> leases.Lease | None:
        store = Memory()
        store.put(held_by("me"))
        await candidate(store).acquire()
        return store.lease

    lease = virtual_time.run(main())
    assert lease is not None
    assert (lease.transitions, lease.acquire_time) == (3, held_by("me").acquire_time)


def test_crashed_leader_is_replaced() -> None:
    """A Lease that is not renewed is taken after its duration on our clock, whatever its times."""

    async def main() -> float:
        store = Memory()
        store.put(held_by("other"))
        await candidate(store).acquire()
        return now()

    assert 15 < virtual_time.run(main()) < 15 + 2 * 2.4


def test_longer_duration_counts() -> None:
    """A holder that was promised more time than we would give has it."""

    async def main() -> float:
        store = Memory()
        store.put(replace(held_by("other"), duration=60))
        await candidate(store).acquire()
        return now()

    assert virtual_time.run(main()) > 60


def test_renewed_lease_is_not_taken() -> None:
    """While the holder renews, nobody else leads."""

    async def main() -> bool:
        store = Memory()
        other, me = candidate(store, "other"), candidate(store, "me")
        await other.acquire()
        await virtual_time.run_for(600, other.hold(), me.acquire())
        return me.leading

    assert virtual_time.run(main()) is False


def test_renewal_is_one_request() -> None:
    """A leader that nobody disturbs makes one request a period."""

    async def main() -> int:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        before = store.requests
        await virtual_time.run_for(20.5, leading.hold())
        return store.requests - before

    assert virtual_time.run(main()) == 10


def test_foreign_change_of_metadata() -> None:
    """A Lease that somebody else has touched but not taken is renewed all the same."""

    async def main() -> bool:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        assert store.lease
        store.put(store.lease)
        await virtual_time.run_for(60, leading.hold())
        return leading.leading

    assert virtual_time.run(main()) is True


def test_deleted_lease() -> None:
    """A Lease that was deleted under the leader is created anew."""

    async def main() -> leases.Lease | None:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        store.lease = None
        await virtual_time.run_for(5, leading.hold())
        return store.lease

    lease = virtual_time.run(main())
    assert lease is not None
    assert lease.holder == "me"


def test_short_outage() -> None:
    """An API server that is away for less than the deadline costs no leadership."""

    async def main() -> bool:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        store.away = True

        def come_back() -> None:
            store.away = False

        asyncio.get_running_loop().call_later(7, come_back)
        await virtual_time.run_for(60, leading.hold())
        return leading.leading

    assert virtual_time.run(main()) is True


def test_long_outage() -> None:
    """Without a renewal the leader gives up at the deadline, before others may take over."""

    async def main() -> tuple[str, float]:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        store.away = True
        return await lost(leading)

    why, at = virtual_time.run(main())
    assert "was not renewed for 10 s" in why
    assert at <= 12


def test_hanging_server() -> None:
    """Requests that hang count like those that fail."""

    async def main() -> tuple[str, float]:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        store.slow = 3600
        return await lost(leading)

    why, at = virtual_time.run(main())
    assert "was not renewed" in why
    assert at == 10


def test_stolen_lease() -> None:
    """A leader that sees another holder gives up at once, and never takes the Lease back."""

    async def main() -> tuple[str, float, leases.Lease | None]:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        store.put(held_by("thief"))
        why, at = await lost(leading)
        return why, at, store.lease

    why, at, lease = virtual_time.run(main())
    assert "held by thief" in why
    assert at == 2
    assert lease == held_by("thief")


def test_release() -> None:
    """At the end the Lease has no holder, so that the next replica need not wait."""

    async def main() -> tuple[leases.Lease | None, float]:
        store = Memory()
        one, other = candidate(store, "one"), candidate(store, "other", seed=2)
        await one.acquire()
        waiting = asyncio.ensure_future(other.acquire())
        await asyncio.sleep(1)
        await one.release()
        released = store.lease
        await waiting
        return released, now()

    released, at = virtual_time.run(main())
    assert released is not None
    assert (released.holder, released.duration) == ("", 1)
    assert at < 1 + 2.4


def test_release_of_a_lost_lease() -> None:
    """Who does not lead writes nothing at the end."""

    async def main() -> leases.Lease | None:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        store.put(held_by("thief"))
        await lost(leading)
        await leading.release()
        return store.lease

    assert virtual_time.run(main()) == held_by("thief")


def test_release_of_a_taken_lease() -> None:
    """A Lease that has been taken meanwhile is not released, and that is no error."""

    async def main() -> leases.Lease | None:
        store = Memory()
        leading = candidate(store)
        await leading.acquire()
        store.put(held_by("thief"))
        await leading.release()
        return store.lease

    assert virtual_time.run(main()) == held_by("thief")


def test_work_ends() -> None:
    """`lead` ends with its work, keeps the Lease until then and gives it back."""

    async def main() -> tuple[str, str, list[bool]]:
        store = Memory()
        told: list[bool] = []
        leading = leader.Leader(
            store,
            "me",
            timing=leader.Timing(),
            clocks=virtual_time.clocks(),
            on_change=told.append,
        )
        during = ""

        async def work() -> None:
            nonlocal during
            await asyncio.sleep(100)
            during = store.lease.holder if store.lease else ""

        await leading.lead(work)
        return during, store.lease.holder if store.lease else "?", told

    assert virtual_time.run(main()) == ("me", "", [True, False])


def test_work_is_stopped_before_others_may_start() -> None:
    """On a lost Lease the work is cancelled and has ended when `lead` raises."""

    async def main() -> tuple[bool, float]:
        store = Memory()
        stopped = False

        async def work() -> None:
            nonlocal stopped
            store.away = True
            try:
                await asyncio.sleep(3600)
            finally:
                stopped = True

        with pytest.raises(ExceptionGroup) as caught:
            await candidate(store).lead(work)
        assert caught.group_contains(leader.LeadershipLost)
        return stopped, now()

    stopped, at = virtual_time.run(main())
    assert stopped
    assert at < 15


def test_cancelled_leader_releases() -> None:
    """A leader that is told to stop gives the Lease back."""

    async def main() -> str:
        store = Memory()

        async def work() -> None:
            await asyncio.sleep(3600)

        await virtual_time.run_for(30, candidate(store).lead(work))
        return store.lease.holder if store.lease else "?"

    assert virtual_time.run(main()) == ""


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["away", "slow", "back"])), max_size=12),
    st.integers(0, 1000),
)
def test_never_two_leaders(weather: list[tuple[int, str]], seed: int) -> None:
    """Whatever the server does, at no moment two candidates believe that they lead."""

    async def main() -> bool:
        store = Memory()
        both = False
        candidates = [candidate(store, name, seed + i) for i, name in enumerate("abc")]

        async def live(one: leader.Leader) -> None:
            nonlocal both
            while True:
                await one.acquire()
                both = both or sum(other.leading for other in candidates) > 1
                try:
                    await one.hold()
                except leader.LeadershipLost:
                    await asyncio.sleep(1)

        async def change() -> None:
            for pause, what in weather:
                await asyncio.sleep(pause)
                store.away = what == "away"
                store.slow = 20.0 if what == "slow" else 0.0
            await asyncio.sleep(60)

        await virtual_time.run_for(500, *(live(one) for one in candidates), change())
        return both

    assert virtual_time.run(main()) is False


@pytest.mark.parametrize("timing", [(10, 10, 2), (15, 2, 2), (15, 10, 0)])
def test_impossible_timing(timing: tuple[float, float, float]) -> None:
    """Periods with which an election is not safe are refused."""
    with pytest.raises(ValueError, match="cannot elect a leader"):
        leader.Timing(*timing)
