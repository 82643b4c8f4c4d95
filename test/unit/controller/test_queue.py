# SPDX-License-Identifier: Apache-2.0
"""The queue under a clock and timers that only the test moves."""

import asyncio
import collections
import contextlib
import random
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller import queue

A, B, C = ("ns-a", "x"), ("ns-b", "x"), ("ns-c", "x")
ROUNDS = 20
"""Turns of the event loop after which all that can run has run: workers take one or two each."""


class Timers:
    """A clock that stands still until it is moved, and timers that go off when it is."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[Timer] = []

    def clock(self) -> float:
        """Give the time."""
        return self.now

    def later(self, seconds: float, call: Callable[[], None]) -> "Timer":
        """Start a timer."""
        timer = Timer(self.now + seconds, call)
        self._timers.append(timer)
        return timer

    @property
    def waits(self) -> list[float]:
        """Give the seconds that the timers still have to go, shortest first."""
        return sorted(t.due - self.now for t in self._timers if not t.cancelled)

    def advance(self, seconds: float) -> None:
        """Move the clock; timers go off in order of their times."""
        end = self.now + seconds
        while due := [t for t in self._timers if not t.cancelled and t.due <= end]:
            timer = min(due, key=lambda t: t.due)
            self._timers.remove(timer)
            self.now = max(self.now, timer.due)
            timer.call()
        self.now = end


class Timer:
    """One timer."""

    def __init__(self, due: float, call: Callable[[], None]) -> None:
        self.due, self.call, self.cancelled = due, call, False

    def cancel(self) -> None:
        """Call it off."""
        self.cancelled = True


class Work:
    """Work that ends only when the test says so, and that notes what it is called for."""

    def __init__(self) -> None:
        self.begun: list[queue.Key] = []
        self.active: collections.Counter[queue.Key] = collections.Counter()
        self.most = 0
        self._ends: dict[queue.Key, asyncio.Future[queue.Result]] = {}

    async def __call__(self, key: queue.Key) -> queue.Result:
        """Work until `end`."""
        self.begun.append(key)
        self.active[key] += 1
        self.most = max(self.most, self.active.total())
        self._ends[key] = asyncio.get_running_loop().create_future()
        try:
            return await self._ends[key]
        finally:
            self.active[key] -= 1

    def end(self, key: queue.Key, result: queue.Result = None) -> None:
        """End the work on `key`."""
        self._ends.pop(key).set_result(result)

    def at_work(self) -> list[queue.Key]:
        """Give the keys that are worked on."""
        return sorted(self._ends)


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def running(work: Work, timers: Timers, workers: int = 2) -> AsyncIterator[queue.Queue]:
    """Run a queue."""
    subject = queue.Queue(
        work,
        workers=workers,
        clock=timers.clock,
        later=timers.later,
        rng=random.Random(7),  # noqa: S311
    )
    task = asyncio.get_running_loop().create_task(subject.run())
    try:
        yield subject
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def work() -> Work:
    """Give work that the test ends."""
    return Work()


@pytest.fixture
def timers() -> Timers:
    """Give a clock with timers."""
    return Timers()


async def test_what_is_added_is_worked_on(work: Work, timers: Timers) -> None:
    """Each key once, in the order of adding."""
    async with running(work, timers, workers=1) as subject:
        for key in (B, A, B):
            subject.add(key)
        await settle()
        work.end(B)
        await settle()
        work.end(A)
        await settle()

    assert work.begun == [B, A]


async def test_what_was_added_before_the_start_is_not_lost(work: Work, timers: Timers) -> None:
    """Events may come before the workers."""
    subject = queue.Queue(work, workers=1, clock=timers.clock, later=timers.later)
    subject.add(A)
    task = asyncio.get_running_loop().create_task(subject.run())
    await settle()
    task.cancel()

    assert work.begun == [A]
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_object_is_never_worked_on_twice_at_the_same_time(
    work: Work, timers: Timers
) -> None:
    """Added again meanwhile, it runs once more afterwards, and only once."""
    async with running(work, timers) as subject:
        subject.add(A)
        await settle()
        subject.add(A)
        subject.add(A)
        await settle()
        during = list(work.begun)
        work.end(A)
        await settle()
        after = list(work.begun)
        work.end(A)
        await settle()

    assert during == [A]
    assert after == [A, A]
    assert work.begun == [A, A]


async def test_different_objects_are_worked_on_side_by_side_up_to_the_bound(
    work: Work, timers: Timers
) -> None:
    """Concurrency is what the flag says."""
    async with running(work, timers, workers=2) as subject:
        for key in (A, B, C):
            subject.add(key)
        await settle()
        first = work.at_work()
        work.end(A)
        await settle()
        second = work.at_work()

    assert first == [A, B]
    assert second == [B, C]


async def test_again_waits_in_a_timer_without_a_worker(work: Work, timers: Timers) -> None:
    """It is not a failure: the wait is as long as asked for, each time."""
    async with running(work, timers, workers=1) as subject:
        for _ in range(5):
            subject.add(A)
            await settle()
            work.end(A, queue.Again(60.0))
            await settle()

        assert timers.waits == [60.0]
        assert subject.waits(A)
        assert work.at_work() == []

        timers.advance(60.0)
        await settle()

        assert work.at_work() == [A]


async def test_adding_cuts_a_wait_short(work: Work, timers: Timers) -> None:
    """The event comes first, and the timer does not fire a second time."""
    async with running(work, timers) as subject:
        subject.add(A)
        await settle()
        work.end(A, queue.Again(60.0))
        await settle()
        subject.add(A)
        await settle()
        early = list(work.begun)
        work.end(A)
        await settle()
        timers.advance(120.0)
        await settle()

    assert early == [A, A]
    assert work.begun == [A, A]
    assert timers.waits == []


async def test_adding_cuts_a_back_off_short(work: Work, timers: Timers) -> None:
    """Something has changed, so it may work now."""
    async with running(work, timers) as subject:
        subject.add(A)
        await settle()
        work.end(A, queue.Failed(at_least=100.0))
        await settle()
        subject.add(A)
        await settle()

    assert work.begun == [A, A]


async def test_an_event_during_the_work_counts_over_the_wait_that_it_ends_with(
    work: Work, timers: Timers
) -> None:
    """The work may not have seen what the event tells."""
    async with running(work, timers) as subject:
        subject.add(A)
        await settle()
        subject.add(A)
        work.end(A, queue.Again(60.0))
        await settle()

    assert work.begun == [A, A]


async def test_an_event_during_work_that_fails_waits_for_the_back_off(
    work: Work, timers: Timers
) -> None:
    """Else an object that fails and writes its own status would spin."""
    async with running(work, timers) as subject:
        subject.add(A)
        await settle()
        subject.add(A)
        work.end(A, queue.Failed())
        await settle()
        during = list(work.begun)
        timers.advance(queue.FIRST_PAUSE)
        await settle()

    assert during == [A]
    assert work.begun == [A, A]


async def test_the_back_off_doubles_up_to_its_limit(work: Work, timers: Timers) -> None:
    """Each pause is within its half-open half, the last ones within the longest."""
    pauses = []
    async with running(work, timers) as subject:
        subject.add(A)
        for _ in range(16):
            await settle()
            work.end(A, queue.Failed())
            await settle()
            pauses += timers.waits
            timers.advance(queue.LONGEST_PAUSE)

    assert len(pauses) == 16
    for number, pause in enumerate(pauses):
        full = min(queue.FIRST_PAUSE * 2**number, queue.LONGEST_PAUSE)
        assert full / 2 <= pause <= full


async def test_the_pauses_of_many_objects_are_spread(work: Work, timers: Timers) -> None:
    """After an outage they must not all come back at the same moment."""
    keys = [("ns", str(number)) for number in range(20)]
    async with running(work, timers, workers=20) as subject:
        for key in keys:
            subject.add(key)
        await settle()
        for key in keys:
            work.end(key, queue.Failed())
        await settle()

    assert len(set(timers.waits)) == 20


async def test_a_success_ends_the_back_off(work: Work, timers: Timers) -> None:
    """The next failure starts from the first pause."""
    async with running(work, timers) as subject:
        for result in [queue.Failed()] * 8 + [None, queue.Failed()]:
            subject.add(A)
            await settle()
            work.end(A, result)
            await settle()

    assert len(timers.waits) == 1
    assert timers.waits[0] <= queue.FIRST_PAUSE


async def test_a_servers_wish_is_the_least_pause(work: Work, timers: Timers) -> None:
    """Retry-After may be longer than our own back-off."""
    async with running(work, timers) as subject:
        subject.add(A)
        await settle()
        work.end(A, queue.Failed(at_least=30.0))
        await settle()

    assert timers.waits == [30.0]


async def test_an_object_that_has_gone_leaves_nothing_behind(work: Work, timers: Timers) -> None:
    """Neither its timer nor its failures."""
    async with running(work, timers) as subject:
        for _ in range(6):
            subject.add(A)
            await settle()
            work.end(A, queue.Failed())
            await settle()
        subject.forget(A)
        forgotten = timers.waits
        subject.add(A)
        await settle()
        work.end(A, queue.Failed())
        await settle()

    assert forgotten == []
    assert timers.waits[0] <= queue.FIRST_PAUSE


async def test_an_object_that_goes_during_its_work_is_not_worked_on_again(
    work: Work, timers: Timers
) -> None:
    """Events from before its end count no more."""
    async with running(work, timers) as subject:
        subject.add(A)
        await settle()
        subject.add(A)
        subject.forget(A)
        work.end(A)
        await settle()

    assert work.begun == [A]


async def test_a_later_look_does_not_delay_one_that_is_due(work: Work, timers: Timers) -> None:
    """What already waits for a worker keeps its place."""
    async with running(work, timers, workers=1) as subject:
        subject.add(B)
        await settle()
        subject.add(A)
        subject.add_after(A, 60.0)
        waits = timers.waits
        work.end(B)
        await settle()

    assert waits == []
    assert work.begun == [B, A]


async def test_deletions_that_hang_hold_back_no_other_object(work: Work, timers: Timers) -> None:
    """A hundred that wait for their resource managers leave both workers free (CLU-2)."""
    hanging = [("ns", str(number)) for number in range(100)]
    async with running(work, timers, workers=2) as subject:
        for key in hanging:
            subject.add(key)
        for _ in range(50):
            await settle()
            for key in work.at_work():
                work.end(key, queue.Again(60.0))
        await settle()
        subject.add(A)
        await settle()
        at_work = work.at_work()

    assert len(timers.waits) == 100
    assert at_work == [A]


async def test_work_that_raises_ends_the_queue(timers: Timers) -> None:
    """A fault of ours must not go on unseen; the process ends and starts anew."""

    async def broken(_: queue.Key) -> queue.Result:
        raise ZeroDivisionError

    subject = queue.Queue(broken, workers=2, clock=timers.clock, later=timers.later)
    subject.add(A)

    with pytest.raises(ExceptionGroup) as caught:
        await subject.run()

    assert caught.group_contains(ZeroDivisionError)


async def test_what_happens_is_told_to_an_observer(work: Work, timers: Timers) -> None:
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
        await settle()
        timers.advance(3.0)
        work.end(A, result)
        await settle()
        timers.advance(1.0)
    task.cancel()

    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert seen[:3] == [("added", 1), ("started", 2.0, 1, 0), ("ended", 3.0, "requeue", 0)]
    assert [event[2] for event in seen if event[0] == "ended"] == ["requeue", "error", "success"]


KEYS = st.sampled_from([A, B, C])
ACTIONS = st.one_of(
    st.tuples(st.just("add"), KEYS),
    st.tuples(st.just("after"), KEYS),
    st.tuples(st.just("done"), KEYS),
    st.tuples(st.just("again"), KEYS),
    st.tuples(st.just("failed"), KEYS),
    st.tuples(st.just("pass"), st.just(A)),
)


@given(actions=st.lists(ACTIONS, max_size=40), workers=st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_whatever_happens_no_event_is_lost_and_no_bound_is_broken(
    actions: list[tuple[str, queue.Key]], workers: int
) -> None:
    """After each add a look begins, never two at once for a key, never more than workers."""
    asyncio.run(_play(actions, workers))


async def _play(actions: list[tuple[str, queue.Key]], workers: int) -> None:
    work, timers = Work(), Timers()
    due: set[queue.Key] = set()
    results: dict[str, queue.Result] = {
        "done": None,
        "again": queue.Again(5.0),
        "failed": queue.Failed(),
    }
    async with running(work, timers, workers) as subject:
        for word, key in actions:
            begun = len(work.begun)
            if word == "add":
                subject.add(key)
                due.add(key)
            elif word == "after":
                subject.add_after(key, 3.0)
            elif word == "pass":
                timers.advance(1.0)
            elif key in work.at_work():
                work.end(key, results[word])
            await settle()
            due -= set(work.begun[begun:])

            assert max(work.active.values(), default=0) <= 1
            assert work.active.total() <= workers
            # A worker is idle only while what is due is at work itself or in a back-off.
            waiting = {key for key in due if key in work.at_work() or subject.waits(key)}
            assert len(work.at_work()) == workers or due == waiting
        for _ in range(200):
            begun = len(work.begun)
            for key in work.at_work():
                work.end(key)
            await settle()
            timers.advance(queue.LONGEST_PAUSE)
            await settle()
            due -= set(work.begun[begun:])
            if not work.at_work():
                break

        assert due == set()
        assert work.at_work() == []
        assert timers.waits == []
