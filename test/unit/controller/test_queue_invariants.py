# SPDX-License-Identifier: Apache-2.0
"""What must hold of the queue whatever happens to it."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.controller import by_hand

from controller import queue

A, B, C = ("ns-a", "x"), ("ns-b", "x"), ("ns-c", "x")
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
    work, timers = by_hand.Work(), by_hand.Timers()
    due: set[queue.Key] = set()
    results: dict[str, queue.Result] = {
        "done": None,
        "again": queue.Again(5.0),
        "failed": queue.Failed(),
    }
    async with by_hand.running(work, timers, workers) as subject:
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
            await by_hand.settle()
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
            await by_hand.settle()
            timers.advance(queue.LONGEST_PAUSE)
            await by_hand.settle()
            due -= set(work.begun[begun:])
            if not work.at_work():
                break

        assert due == set()
        assert work.at_work() == []
        assert timers.waits == []
