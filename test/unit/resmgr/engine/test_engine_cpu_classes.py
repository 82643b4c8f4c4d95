# SPDX-License-Identifier: Apache-2.0
"""CPUs in classes, as the engine keeps them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from unit.resmgr.engine import toy

from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.intents import AssignCpuClass
from resmgr.policy.interface import BadState, Step, Subject
from resmgr.state import replay
from resmgr.state.changes import Saved

NOTHING = events.Synchronised((), ())


class Classy(toy.OneEach):
    """Puts the CPU of each container in class turbo, and CPUs of nobody in none."""

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[toy.Given]:
        """Know nothing of entries that are not its own."""
        if saved and set(saved) != {"given"}:
            raise BadState(", ".join(saved))
        return super().start(saved, running)

    def allocate(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Give a CPU in its class."""
        step = super().allocate(state, subject)
        cpu = step.state[subject.container.cache_id]
        return replace(step, intents=(*step.intents, AssignCpuClass(1 << cpu, "turbo")))

    def release(self, state: toy.Given, cache_id: str) -> Step[toy.Given]:
        """Take the CPU back, out of its class."""
        step = super().release(state, cache_id)
        return replace(step, intents=(AssignCpuClass(1 << state[cache_id], ""),))


class Little(Classy):
    """Says which entries of its state have changed."""

    def allocate(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Give a CPU, and the one entry there is."""
        step = super().allocate(state, subject)
        return replace(step, entries={"given": json.dumps(step.state)})


def begun(policy: Any, saved: Saved | None = None) -> tuple[Engine, Saved]:
    """Start an engine; give what is remembered by then."""
    made = Engine(policy, saved or Saved())
    outcome = made.start(NOTHING)
    return made, replay.apply(saved or Saved(), outcome.changes)


@pytest.mark.parametrize("policy", [Classy(), Little()])
def test_classes_are_remembered_with_the_policys_state(policy: Any) -> None:
    """A restart knows them; the policy sees its own entries alone."""
    made, saved = begun(policy)
    saved = replay.apply(saved, made.handle(toy.creating()).changes)
    saved = replay.apply(saved, made.handle(toy.creating("other")).changes)
    again = Engine(policy, saved)
    again.start(NOTHING)

    assert made.cpu_classes == {"turbo": 0b11}
    assert saved.policy["CPUClassAssignments"] == '{"turbo": "0-1"}'
    assert again.cpu_classes == {"turbo": 0b11}


def test_cpus_go_from_class_to_class() -> None:
    """One that is given back is in no class."""
    made, _ = begun(Classy())
    made.handle(toy.creating())
    made.handle(toy.creating("other"))
    made.handle(events.ContainerCreated("uid-1:main", "c1"))
    made.handle(events.ContainerRemoved("c1"))

    assert made.cpu_classes == {"": 0b01, "turbo": 0b10}


def test_another_policy_begins_without_classes() -> None:
    """Those of the former one are wiped, also from what is remembered."""
    made, saved = begun(Classy())
    saved = replay.apply(saved, made.handle(toy.creating()).changes)
    saved = replay.apply(saved, made.switch(toy.OneEach(name="plain")).changes)

    assert made.cpu_classes == {}
    assert "CPUClassAssignments" not in saved.policy


def test_another_configuration_of_the_policy_keeps_them() -> None:
    """The policy says what is different."""
    made, _ = begun(Classy())
    made.handle(toy.creating())
    made.switch(Classy(cpus=8))

    assert made.cpu_classes == {"turbo": 0b1}


def test_a_policy_that_cannot_take_over_leaves_them() -> None:
    """With all else."""
    made, _ = begun(Classy())
    made.handle(toy.creating())

    class Unwritable(toy.OneEach):
        def dump(self, state: toy.Given) -> dict[str, str]:
            raise ZeroDivisionError(state)

    with pytest.raises(ZeroDivisionError):
        made.switch(Unwritable(name="other"))

    assert made.cpu_classes == {"turbo": 0b1}


def test_a_state_that_does_not_fit_takes_its_classes_along() -> None:
    """The policy starts from nothing then."""
    saved = Saved(
        policy_name="one-each",
        policy={"other": "", "CPUClassAssignments": '{"turbo": "0"}'},
    )
    made, _ = begun(Classy(), saved)

    assert made.cpu_classes == {}
