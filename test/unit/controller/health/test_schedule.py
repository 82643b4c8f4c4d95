# SPDX-License-Identifier: Apache-2.0
"""When is what due."""

from hypothesis import given
from hypothesis import strategies as st

from controller.health import schedule


def test_order() -> None:
    """What is due longest comes first; what is not due stays."""
    plan = schedule.Schedule()
    plan.plan("b", 2)
    plan.plan("a", 1)
    plan.plan("c", 9)

    assert plan.next() == 1
    assert plan.take(5, 10) == ["a", "b"]
    assert plan.next() == 9


def test_limit() -> None:
    """No more is given than was asked for."""
    plan = schedule.Schedule()
    for key in "abc":
        plan.plan(key, 1)

    assert plan.take(1, 2) == ["a", "b"]
    assert plan.take(1, 2) == ["c"]


def test_hasten() -> None:
    """News make a key due earlier, never later."""
    plan = schedule.Schedule()
    plan.plan("a", 10)
    plan.hasten("a", 3)
    plan.hasten("a", 7)

    assert plan.next() == 3


def test_plan_again() -> None:
    """A new plan replaces the old one, also by a later time."""
    plan = schedule.Schedule()
    plan.plan("a", 3)
    plan.plan("a", 10)

    assert plan.take(5, 10) == []
    assert plan.take(10, 10) == ["a"]


def test_cancel() -> None:
    """A cancelled key is never due; cancelling an unknown one does nothing."""
    plan = schedule.Schedule()
    plan.plan("a", 1)
    plan.cancel("a")
    plan.cancel("b")

    assert plan.next() is None
    assert "a" not in plan


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 20), st.sampled_from("phc")),
        max_size=40,
    ),
    st.integers(0, 20),
)
def test_like_a_dictionary(steps: list[tuple[str, int, str]], now: int) -> None:
    """Whatever happens, what is due is what a plain dictionary of times says."""
    plan, due = schedule.Schedule(), dict[str, float]()
    for key, at, step in steps:
        if step == "p":
            plan.plan(key, at)
            due[key] = at
        elif step == "h":
            plan.hasten(key, at)
            due[key] = min(at, due.get(key, at))
        else:
            plan.cancel(key)
            due.pop(key, None)

    assert len(plan) == len(due)
    assert plan.next() == min(due.values(), default=None)
    taken = plan.take(now, 100)
    assert sorted(taken) == sorted(key for key, at in due.items() if at <= now)
    assert [due[key] for key in taken] == sorted(due[key] for key in taken)
