# SPDX-License-Identifier: Apache-2.0
"""What another configuration would do to containers that run."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as some
from unit.ctl.configs import states

from ctl import machines
from ctl.configs import planned, trial
from resmgr import cpuset
from resmgr.effects import plan
from resmgr.policy.interface import PolicyError

T = TypeVar("T")

SMALLER = (
    "policy: {Active: static, AvailableResources: {CPU: 'cpuset:0-1'},"
    " ReservedResources: {CPU: 'cpuset:0'}}"
)
NONE = "policy: {Active: none}"
TOPOLOGY = "policy: {Active: topology-aware, ReservedResources: {CPU: 1}}"


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> trial.Hardware:
    """A machine of four CPUs."""
    return states.hardware(tmp_path_factory.mktemp("machine"))


def test_nothing_moves_by_the_same_configuration(on: trial.Hardware) -> None:
    """Whoever runs keeps what he has."""
    saved = states.remembered(on, db=2, web=0)
    now, then = (states.policy(states.STATIC, on) for _ in range(2))

    found = planned.switched(saved, now, then, on.machine)

    assert (found.moves, found.stay, found.short) == ((), 2, {})


def test_who_moves_is_told_with_both_sides(on: trial.Hardware) -> None:
    """A policy that pins nobody lets everybody go."""
    saved = states.remembered(on, db=2, web=0)
    now, then = (states.policy(text, on) for text in (states.STATIC, NONE))

    found = planned.switched(saved, now, then, on.machine)

    told = {
        one.name: (cpuset.show(one.before.cpuset_cpus), cpuset.show(one.after.cpuset_cpus))
        for one in found.moves
    }
    assert told == {"default/db:main": ("1-2", "0-3"), "default/web:main": ("0,3", "0-3")}
    assert found.stay == 0


def test_who_would_lose_something_has_it_refused(on: trial.Hardware) -> None:
    """Fewer available CPUs are not taken from a container that has them for itself."""
    saved = states.remembered(on, db=2)
    now, then = (states.policy(text, on) for text in (states.STATIC, SMALLER))

    with pytest.raises(planned.Refused) as refused:
        planned.switched(saved, now, then, on.machine)
    assert refused.value.problems


def test_a_start_refuses_nobody_and_tells_who_goes_short(on: trial.Hardware) -> None:
    """With the reason, in words."""
    saved = states.remembered(on, db=2)

    found = planned.started(saved, states.policy(SMALLER, on), on.machine)

    assert list(found.short) == ["default/db:main"]
    assert "exclusive CPUs" in found.short["default/db:main"]
    assert "all containers are placed anew" in found.notes[0]


@given(
    wanted=some.lists(some.integers(0, 1), max_size=4).filter(lambda cpus: sum(cpus) < 3),
    after=some.sampled_from(
        (states.STATIC, NONE, TOPOLOGY, states.STATIC.replace("cpuset:0", "cpuset:3"))
    ),
)
def test_the_plan_is_what_an_engine_at_work_does(wanted: list[int], after: str) -> None:
    """Whoever has come: who gets what, or that it is refused and why; givers come first."""
    where = trial.Hardware(machines.parse("1x1x4x1"))
    engine, saved = states.lived(where, **{f"pod{n}": cpus for n, cpus in enumerate(wanted)})
    now, then = (states.policy(text, where) for text in (states.STATIC, after))
    found, refused = _asked(lambda: planned.switched(saved, now, then, where.machine))
    _, really = _asked(lambda: engine.switch(then))

    assert refused == really
    if found is None:
        return
    given = {one.name: one.after for one in found.moves}
    assert given == {
        f"default/{saved.pods[one.pod_id].name}:main": one.linux
        for one in engine.ledger.containers.values()
        if one.linux != saved.containers[one.cache_id].linux
    }
    turns = [plan.turn(one.before, one.after) for one in found.moves]
    assert turns == sorted(turns)
    assert len(found.moves) + found.stay == len(wanted)


def _asked(question: Callable[[], T]) -> tuple[T | None, str]:
    """Give an answer, or why it was refused."""
    try:
        return question(), ""
    except (planned.Refused, PolicyError) as error:
        return None, str(error)
