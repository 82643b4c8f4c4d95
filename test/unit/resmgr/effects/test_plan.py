# SPDX-License-Identifier: Apache-2.0
"""From intents to a changed request and updates of others."""

from hypothesis import given
from hypothesis import strategies as st

from resmgr.effects import plan
from resmgr.engine.outcome import Outcome
from resmgr.intents import (
    AddEnvironment,
    AssignCpuClass,
    ExportData,
    RewriteCommand,
    SetTopTierLimit,
)
from resmgr.model import Container, ContainerState, LinuxResources

RUNNING = ContainerState.RUNNING


def make_container(cache_id: str, cpus: int, state: ContainerState = RUNNING) -> Container:
    """Build a container with a cpuset."""
    return Container(cache_id, "p", cache_id, state=state, linux=LinuxResources(cpuset_cpus=cpus))


def make_plan(
    before: dict[str, int], *now: Container, subject: str = "", intents: tuple[object, ...] = ()
) -> plan.Plan:
    """Make the plan for containers whose cpusets were `before`."""
    known = {one.cache_id: one for one in now}
    outcome = Outcome(
        intents=intents,  # type: ignore[arg-type]
        before={key: LinuxResources(cpuset_cpus=cpus) for key, cpus in before.items()},
    )
    return plan.make(outcome, known.get, subject)


def test_shrinking_comes_before_growing() -> None:
    """A CPU is taken from one container before another one gets it."""
    made = make_plan(
        {"grows": 0b0001, "shrinks": 0b1110},
        make_container("grows", 0b0011),
        make_container("shrinks", 0b1100),
    )

    assert [one.cache_id for one in made.updates] == ["shrinks", "grows"]


@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.tuples(st.integers(1, 255), st.integers(1, 255)), min_size=1
    )
)
def test_no_pure_growth_before_a_pure_shrink(cpus: dict[str, tuple[int, int]]) -> None:
    """Whatever changes, what only gives back comes first and what only takes comes last."""
    made = make_plan(
        {key: old for key, (old, _) in cpus.items()},
        *(make_container(key, new) for key, (_, new) in cpus.items()),
    )

    kinds = []
    for one in made.updates:
        old, new = cpus[one.cache_id]
        kinds.append(0 if new & ~old == 0 else 2 if old & ~new == 0 else 1)
    assert kinds == sorted(kinds)


def test_own_request_is_changed_not_updated() -> None:
    """The container that is being created gets its CPUs by its request."""
    made = make_plan(
        {"new": 0}, make_container("new", 0b11, ContainerState.CREATING), subject="new"
    )

    assert made.updates == ()
    assert made.request.linux == LinuxResources(cpuset_cpus=0b11)


def test_nothing_to_change_is_told() -> None:
    """A request that nothing changes can go on byte for byte."""
    assert make_plan({}, subject="new").request.empty


def test_unchanged_and_unreachable_are_not_updated() -> None:
    """No update for equal resources, for one being created elsewhere, or for one that has gone."""
    made = make_plan(
        {"same": 1, "creating": 1, "gone": 1},
        make_container("same", 1),
        make_container("creating", 2, ContainerState.CREATING),
    )

    assert made.updates == ()


def test_other_intents_find_their_place() -> None:
    """Command and environment go into the request, exports and CPU classes beside it."""
    made = make_plan(
        {},
        make_container("new", 0),
        subject="new",
        intents=(
            RewriteCommand("new", ("sleep",), ("1",)),
            AddEnvironment("new", (("A", "1"),)),
            ExportData("new", (("SHARED_CPUS", "0-1"),)),
            AssignCpuClass(0b1, "turbo"),
            SetTopTierLimit("new", 4096),
        ),
    )

    assert made.request == plan.RequestChange(
        command=("sleep",), args=("1",), environment=(("A", "1"),)
    )
    assert made.exports == {"new": {"SHARED_CPUS": "0-1"}}
    assert made.cpu_classes == (AssignCpuClass(0b1, "turbo"),)
    assert made.top_tier == (SetTopTierLimit("new", 4096),)
