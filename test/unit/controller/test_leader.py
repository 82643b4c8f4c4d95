# SPDX-License-Identifier: Apache-2.0
"""Leader election on a Lease in memory, on a clock that jumps."""

import asyncio
from dataclasses import replace

from unit.controller import virtual_time
from unit.controller.candidates import Memory, candidate, held_by, lost, now

from controller import leases


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
