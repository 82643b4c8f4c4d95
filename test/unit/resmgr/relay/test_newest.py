# SPDX-License-Identifier: Apache-2.0
"""Reading only the newest answer of many."""

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.relay import newest


@dataclasses.dataclass
class Timer:
    """Something that will happen at a time."""

    at: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        """Let it not happen."""
        self.cancelled = True


class Loop:
    """An event loop whose time passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        """Tell the time."""
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer:
        """Note it."""
        timer = Timer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and happen what is due."""
        self.now += seconds
        due = [timer for timer in self.timers if timer.at <= self.now]
        self.timers = [timer for timer in self.timers if timer.at > self.now]
        for timer in due:
            if not timer.cancelled:
                timer.callback()


class Answer:
    """An answer that notes what is done with it."""

    def __init__(self, asked: int) -> None:
        self.asked = asked
        self.done: list[str] = []

    def read(self) -> None:
        """Note it."""
        self.done.append("read")

    def drop(self) -> None:
        """Note it."""
        self.done.append("dropped")


@pytest.fixture
def loop() -> Loop:
    """An event loop."""
    return Loop()


@pytest.fixture
def reading(loop: Loop) -> newest.Newest:
    """What is tested, with at least a second between two readings."""
    return newest.Newest(loop, 1.0)


def test_nothing_is_read_in_the_turn_that_brought_it(loop: Loop, reading: newest.Newest) -> None:
    """But as soon as the event loop comes round, when there was none before it."""
    answer = Answer(1)
    reading.offer(answer)
    before = list(answer.done)
    loop.pass_time(0)

    assert before == []
    assert answer.done == ["read"]


def test_of_many_the_newest_is_read(loop: Loop, reading: newest.Newest) -> None:
    """Those before it are dropped, and the first after a pause does not wait."""
    answers = [Answer(number) for number in range(5)]
    for answer in answers:
        reading.offer(answer)
        loop.pass_time(0.125)
    before = [list(answer.done) for answer in answers]
    loop.pass_time(0.5)

    assert before == [["read"], ["dropped"], ["dropped"], ["dropped"], []]
    assert answers[-1].done == ["read"]


def test_what_comes_slowly_is_all_read(loop: Loop, reading: newest.Newest) -> None:
    """A client that asks less often than that loses nothing."""
    answers = [Answer(number) for number in range(3)]
    for answer in answers:
        reading.offer(answer)
        loop.pass_time(1.0)

    assert [answer.done for answer in answers] == [["read"]] * 3


def test_what_was_asked_for_earlier_does_not_take_a_place(
    loop: Loop, reading: newest.Newest
) -> None:
    """Answers may come in another order than questions."""
    later, earlier = Answer(2), Answer(1)
    reading.offer(later)
    reading.offer(earlier)
    loop.pass_time(0)

    assert (later.done, earlier.done) == (["read"], ["dropped"])


def test_a_flush_reads_now(loop: Loop, reading: newest.Newest) -> None:
    """What waits is read once, and the pause counts from then on."""
    first, second = Answer(1), Answer(1)
    reading.offer(first)
    reading.flush()
    reading.flush()
    reading.offer(second)
    loop.pass_time(0.9)
    early = list(second.done)
    loop.pass_time(0.1)

    assert first.done == ["read"]
    assert (early, second.done) == ([], ["read"])


@given(st.lists(st.one_of(st.integers(0, 9), st.floats(0, 2), st.none())))
def test_each_is_read_or_dropped_once(steps: list[int | float | None]) -> None:
    """Whatever comes when: one fate each, seldom a reading, and the last asked is read."""
    loop = Loop()
    reading = newest.Newest(loop, 1.0)
    answers = []
    for step in steps:
        match step:
            case int():
                answers.append(Answer(step))
                reading.offer(answers[-1])
            case float():
                loop.pass_time(step)
            case None:
                reading.flush()
    loop.pass_time(2.0)

    assert all(len(answer.done) == 1 for answer in answers)
    if answers:
        last = max(answer.asked for answer in answers)
        assert any("read" in answer.done for answer in answers if answer.asked == last)
