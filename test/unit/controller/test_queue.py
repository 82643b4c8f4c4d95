# SPDX-License-Identifier: Apache-2.0
"""The queue under a clock and timers that only the test moves."""

import asyncio
import contextlib

import pytest
from unit.controller import by_hand

from controller import queue

A, B, C = ("ns-a", "x"), ("ns-b", "x"), ("ns-c", "x")


@pytest.fixture
def work() -> by_hand.Work:
    """Give work that the test ends."""
    return by_hand.Work()


@pytest.fixture
def timers() -> by_hand.Timers:
    """Give a clock with timers."""
    return by_hand.Timers()


async def test_what_is_added_is_worked_on(work: by_hand.Work, timers: by_hand.Timers) -> None:
    """Each key once, in the order of adding."""
    async with by_hand.running(work, timers, workers=1) as subject:
        for key in (B, A, B):
            subject.add(key)
        await by_hand.settle()
        work.end(B)
        await by_hand.settle()
        work.end(A)
        await by_hand.settle()

    assert work.begun == [B, A]


async def test_what_was_added_before_the_start_is_not_lost(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Events may come before the workers."""
    subject = queue.Queue(work, workers=1, clock=timers.clock, later=timers.later)
    subject.add(A)
    task = asyncio.get_running_loop().create_task(subject.run())
    await by_hand.settle()
    task.cancel()

    assert work.begun == [A]
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_object_is_never_worked_on_twice_at_the_same_time(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Added again meanwhile, it runs once more afterwards, and only once."""
    async with by_hand.running(work, timers) as subject:
        subject.add(A)
        await by_hand.settle()
        subject.add(A)
        subject.add(A)
        await by_hand.settle()
        during = list(work.begun)
        work.end(A)
        await by_hand.settle()
        after = list(work.begun)
        work.end(A)
        await by_hand.settle()

    assert during == [A]
    assert after == [A, A]
    assert work.begun == [A, A]


async def test_different_objects_are_worked_on_side_by_side_up_to_the_bound(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Concurrency is what the flag says."""
    async with by_hand.running(work, timers, workers=2) as subject:
        for key in (A, B, C):
            subject.add(key)
        await by_hand.settle()
        first = work.at_work()
        work.end(A)
        await by_hand.settle()
        second = work.at_work()

    assert first == [A, B]
    assert second == [B, C]


async def test_again_waits_in_a_timer_without_a_worker(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """It is not a failure: the wait is as long as asked for, each time."""
    async with by_hand.running(work, timers, workers=1) as subject:
        for _ in range(5):
            await work.once(subject, A, queue.Again(60.0))

        assert timers.waits == [60.0]
        assert subject.waits(A)
        assert work.at_work() == []

        timers.advance(60.0)
        await by_hand.settle()

        assert work.at_work() == [A]


async def test_adding_cuts_a_wait_short(work: by_hand.Work, timers: by_hand.Timers) -> None:
    """The event comes first, and the timer does not fire a second time."""
    async with by_hand.running(work, timers) as subject:
        await work.once(subject, A, queue.Again(60.0))
        subject.add(A)
        await by_hand.settle()
        early = list(work.begun)
        work.end(A)
        await by_hand.settle()
        timers.advance(120.0)
        await by_hand.settle()

    assert early == [A, A]
    assert work.begun == [A, A]
    assert timers.waits == []


async def test_adding_cuts_a_back_off_short(work: by_hand.Work, timers: by_hand.Timers) -> None:
    """Something has changed, so it may work now."""
    async with by_hand.running(work, timers) as subject:
        await work.once(subject, A, queue.Failed(at_least=100.0))
        subject.add(A)
        await by_hand.settle()

    assert work.begun == [A, A]


async def test_an_event_during_the_work_counts_over_the_wait_that_it_ends_with(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """The work may not have seen what the event tells."""
    async with by_hand.running(work, timers) as subject:
        subject.add(A)
        await by_hand.settle()
        subject.add(A)
        work.end(A, queue.Again(60.0))
        await by_hand.settle()

    assert work.begun == [A, A]


async def test_an_event_during_work_that_fails_waits_for_the_back_off(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Else an object that fails and writes its own status would spin."""
    async with by_hand.running(work, timers) as subject:
        subject.add(A)
        await by_hand.settle()
        subject.add(A)
        work.end(A, queue.Failed())
        await by_hand.settle()
        during = list(work.begun)
        timers.advance(queue.FIRST_PAUSE)
        await by_hand.settle()

    assert during == [A]
    assert work.begun == [A, A]


async def test_the_back_off_doubles_up_to_its_limit(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Each pause is within its half-open half, the last ones within the longest."""
    pauses = []
    async with by_hand.running(work, timers) as subject:
        subject.add(A)
        for _ in range(16):
            await by_hand.settle()
            work.end(A, queue.Failed())
            await by_hand.settle()
            pauses += timers.waits
            timers.advance(queue.LONGEST_PAUSE)

    assert len(pauses) == 16
    for number, pause in enumerate(pauses):
        full = min(queue.FIRST_PAUSE * 2**number, queue.LONGEST_PAUSE)
        assert full / 2 <= pause <= full


async def test_the_pauses_of_many_objects_are_spread(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """After an outage they must not all come back at the same moment."""
    keys = [("ns", str(number)) for number in range(20)]
    async with by_hand.running(work, timers, workers=20) as subject:
        for key in keys:
            subject.add(key)
        await by_hand.settle()
        for key in keys:
            work.end(key, queue.Failed())
        await by_hand.settle()

    assert len(set(timers.waits)) == 20


async def test_a_success_ends_the_back_off(work: by_hand.Work, timers: by_hand.Timers) -> None:
    """The next failure starts from the first pause."""
    async with by_hand.running(work, timers) as subject:
        for result in [queue.Failed()] * 8 + [None, queue.Failed()]:
            await work.once(subject, A, result)

    assert len(timers.waits) == 1
    assert timers.waits[0] <= queue.FIRST_PAUSE


async def test_a_servers_wish_is_the_least_pause(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Retry-After may be longer than our own back-off."""
    async with by_hand.running(work, timers) as subject:
        await work.once(subject, A, queue.Failed(at_least=30.0))

    assert timers.waits == [30.0]


async def test_an_object_that_has_gone_leaves_nothing_behind(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Neither its timer nor its failures."""
    async with by_hand.running(work, timers) as subject:
        for _ in range(6):
            await work.once(subject, A, queue.Failed())
        subject.forget(A)
        forgotten = timers.waits
        await work.once(subject, A, queue.Failed())

    assert forgotten == []
    assert timers.waits[0] <= queue.FIRST_PAUSE


async def test_an_object_that_goes_during_its_work_is_not_worked_on_again(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Events from before its end count no more."""
    async with by_hand.running(work, timers) as subject:
        subject.add(A)
        await by_hand.settle()
        subject.add(A)
        subject.forget(A)
        work.end(A)
        await by_hand.settle()

    assert work.begun == [A]


async def test_a_later_look_does_not_delay_one_that_is_due(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """What already waits for a worker keeps its place."""
    async with by_hand.running(work, timers, workers=1) as subject:
        subject.add(B)
        await by_hand.settle()
        subject.add(A)
        subject.add_after(A, 60.0)
        waits = timers.waits
        work.end(B)
        await by_hand.settle()

    assert waits == []
    assert work.begun == [B, A]


async def test_deletions_that_hang_hold_back_no_other_object(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """A hundred that wait for their resource managers leave both workers free (CLU-2)."""
    hanging = [("ns", str(number)) for number in range(100)]
    async with by_hand.running(work, timers, workers=2) as subject:
        for key in hanging:
            subject.add(key)
        for _ in range(50):
            await by_hand.settle()
            for key in work.at_work():
                work.end(key, queue.Again(60.0))
        await by_hand.settle()
        subject.add(A)
        await by_hand.settle()
        at_work = work.at_work()

    assert len(timers.waits) == 100
    assert at_work == [A]


async def test_work_that_raises_ends_the_queue(timers: by_hand.Timers) -> None:
    """A fault of ours must not go on unseen; the process ends and starts anew."""

    async def broken(_: queue.Key) -> queue.Result:
        raise ZeroDivisionError

    subject = queue.Queue(broken, workers=2, clock=timers.clock, later=timers.later)
    subject.add(A)

    with pytest.raises(ExceptionGroup) as caught:
        await subject.run()

    assert caught.group_contains(ZeroDivisionError)


async def test_what_happens_is_told_to_an_observer(
    work: by_hand.Work, timers: by_hand.Timers
) -> None:
    """Depth, the time waited and the time worked, and how it ended (5.6)."""
    seen: list[tuple[object, ...]] = []

    class Observer:
        def added(self, depth: int) -> None:
            seen.append(("added", depth))

        def started(self, waited: float, active: int, depth: int) -> None:
            seen.append(("started", waited, active, depth))

        def ended(self, took: float, result: str, active: int) -> None:
            seen.append(("ended", took, result, active))

    subject = queue.Queue(
        work, workers=1, clock=timers.clock, later=timers.later, observer=Observer()
    )
    subject.add(A)
    timers.advance(2.0)
    task = asyncio.get_running_loop().create_task(subject.run())
    for result in (queue.Again(1.0), queue.Failed(), None):
        await by_hand.settle()
        timers.advance(3.0)
        work.end(A, result)
        await by_hand.settle()
        timers.advance(1.0)
    task.cancel()

    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert seen[:3] == [("added", 1), ("started", 2.0, 1, 0), ("ended", 3.0, "requeue", 0)]
    assert [event[2] for event in seen if event[0] == "ended"] == ["requeue", "error", "success"]
