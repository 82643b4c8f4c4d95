# SPDX-License-Identifier: Apache-2.0
"""What containers are told of their CPUs."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from unit.resmgr.engine import toy

from resmgr.config.annotation_keys import EXPORT, PRESERVE_CPU
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.intents import AddEnvironment, ExportData, Intent, SetCpuset
from resmgr.policy.interface import Step, Subject
from resmgr.state.changes import Saved

KEY = "uid-1:main"


class Moving(toy.OneEach):
    """Gives each container its number, counted from the last that came, and tells it."""

    def allocate(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Move everybody by one."""
        after = {key: cpu + 1 for key, cpu in state.items()} | {subject.container.cache_id: 0}
        return Step(after, tuple(SetCpuset(key, 1 << cpu) for key, cpu in after.items()))

    def export(self, state: toy.Given, cache_id: str) -> Mapping[str, str]:
        """Tell the number."""
        return {"EXCLUSIVE_CPUS": str(state[cache_id])} if cache_id in state else {}


def engine(**annotations: str) -> Engine:
    """Make an engine that knows a pod with these annotations."""
    made = Engine(Moving(), Saved())
    made.start(events.Synchronised((), ()))
    made.handle(events.PodStarted(replace(toy.POD, annotations=annotations)))
    return made


class Speechless(Moving):
    """Gives CPUs as it should, and fails whenever it is asked what to tell of them."""

    def export(self, state: toy.Given, cache_id: str) -> Mapping[str, str]:
        """Fail, whatever the state is."""
        assert state
        raise KeyError(cache_id)


def told(intents: tuple[Intent, ...]) -> list[Intent]:
    """Give what containers are told."""
    return [one for one in intents if isinstance(one, ExportData | AddEnvironment)]


def values(cpu: int) -> tuple[tuple[str, str], ...]:
    """Give what one with this CPU is told."""
    return (("ALLOWED_CPUS", str(cpu)), ("EXCLUSIVE_CPUS", str(cpu)))


def test_nobody_who_does_not_ask_is_told_anything() -> None:
    """The original mounted a file into each container."""
    assert told(engine().handle(toy.creating()).intents) == []


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ("file", [ExportData(KEY, values(0))]),
        ("environment", [AddEnvironment(KEY, values(0))]),
        ("File,environment", [ExportData(KEY, values(0)), AddEnvironment(KEY, values(0))]),
        ("both", []),
    ],
)
def test_one_that_asks_is_told_as_it_asks(ways: str, expected: list[Intent]) -> None:
    """With what the policy tells, and what it may use."""
    outcome = engine(**{f"{EXPORT}/container.main": ways}).handle(toy.creating())

    assert list(dict.fromkeys(told(outcome.intents))) == expected


def test_what_changes_later_is_told_in_the_file() -> None:
    """The environment is what it was at the creation."""
    made = engine(**{EXPORT: "file,environment"})
    made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))
    outcome = made.handle(toy.creating("other"))

    later = [one for one in told(outcome.intents) if getattr(one, "container", "") == KEY]
    assert later == [ExportData(KEY, values(1))]


def test_another_policy_tells_anew() -> None:
    """Policies differ in what they tell."""
    made = engine(**{EXPORT: "file"})
    made.handle(toy.creating())
    outcome = made.switch(toy.OneEach(name="silent"))

    assert told(outcome.intents)[-1] == ExportData(KEY, (("ALLOWED_CPUS", "0"),))


def test_one_that_no_policy_knows_is_told_what_it_may_use() -> None:
    """Which is nothing where the kubelet has not said either."""
    made = engine(**{EXPORT: "file", PRESERVE_CPU: "true"})

    assert told(made.handle(toy.creating()).intents) == [ExportData(KEY, ())]


def test_a_policy_that_cannot_tell_decides_all_the_same() -> None:
    """Newcomer and former container get their CPUs, nobody is told, and the failure is known."""
    made = engine(**{EXPORT: "file,environment"})
    made.handle(toy.creating())
    made.policy = Speechless()

    outcome = made.handle(toy.creating(name="second"))

    assert outcome.intents == (SetCpuset(KEY, 1 << 1), SetCpuset("uid-1:second", 1))
    assert outcome.failure == "policy one-each: KeyError: 'uid-1:second'"
    assert made.policy_state == {KEY: 1, "uid-1:second": 0}
