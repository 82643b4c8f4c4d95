# SPDX-License-Identifier: Apache-2.0
"""Which steps are due."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer import facts, plan
from installer.steps import interface, registry

WANTED = interface.Wanted("1", "1-0", Path("/bundle"), "2.28", {}, {})
ALL = frozenset(plan.ORDER) - {"gate", "watch"}
STEPS = st.frozensets(st.sampled_from(plan.ORDER))
FACTS = st.builds(
    facts.Facts,
    done=STEPS,
    present=STEPS,
    interrupted=STEPS,
    disabled=st.booleans(),
    marked=st.booleans(),
    leftover=st.booleans(),
)


def test_the_order_is_that_of_the_steps() -> None:
    """Plan and registry know the same steps in the same order."""
    assert tuple(step.name for step in registry.ALL) == plan.ORDER


def applied(*done: str, interrupted: frozenset[str] = frozenset()) -> list[str]:
    """Steps that are due when these are not done."""
    found = plan.plan(facts.Facts(done=ALL - set(done), interrupted=interrupted), WANTED)
    assert all(isinstance(action, plan.Apply) for action in found)
    return [action.step for action in found]


@pytest.mark.parametrize(
    ("missing", "due"),
    [
        ((), []),
        (("endpoint",), ["gate", "endpoint", "watch"]),
        (("relay",), ["relay", "gate", "watch"]),
        (("rescue",), ["rescue"]),
        (("configuration",), ["configuration", "relay", "gate", "watch"]),
        (("tree",), ["tree", "relay", "gate", "watch"]),
        (("units",), ["units", "relay", "gate", "watch"]),
    ],
)
def test_what_is_not_done_is_due_with_what_follows(
    missing: tuple[str, ...], due: list[str]
) -> None:
    """What reaches the relay restarts it, and what changes the relay or endpoint is watched."""
    assert applied(*missing) == due


def test_an_interrupted_watch_is_made_again() -> None:
    """A crash in the last minute does not count as a minute that went well."""
    assert applied(interrupted=frozenset({"watch"})) == ["watch"]


@given(FACTS)
def test_a_removal_takes_the_kubelet_off_first(found: facts.Facts) -> None:
    """Whatever is there: steps go in reverse order, the installer's own state last."""
    steps = [action.step for action in plan.plan(found, None)]

    order = [*reversed(plan.ORDER), plan.STATE]
    assert steps == sorted(steps, key=order.index)
    assert found.present <= set(steps)
    assert bool(steps) == bool(found.present or found.marked or found.leftover)


@given(FACTS)
def test_the_kubelet_moves_only_behind_the_gate(found: facts.Facts) -> None:
    """No plan has the endpoint without the gate before it and the watch after it."""
    steps = [action.step for action in plan.plan(found, WANTED)]

    if "endpoint" in steps and not found.disabled:
        at = steps.index("endpoint")
        assert "gate" in steps[:at]
        assert "watch" in steps[at:]


@given(FACTS)
def test_a_switched_off_node_gets_nothing(found: facts.Facts) -> None:
    """While the person's switch is set, the only action is the way back."""
    if found.disabled:
        assert set(plan.plan(found, WANTED)) <= {plan.Revert("endpoint")}
