# SPDX-License-Identifier: Apache-2.0
"""Giving leadership back, and that there are never two leaders."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller import virtual_time
from unit.controller.candidates import Memory, candidate, held_by, lost, now

from controller import leader, leases


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
