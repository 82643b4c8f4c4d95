# SPDX-License-Identifier: Apache-2.0
"""What holds for static-pools whatever happens in whatever order."""

import json

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import Create, Event, Node, Rebalance, Remove, Resize, Restart
from unit.resmgr.sysfs import trees

from resmgr.policy.static_pools import wants

POOLS = {
    "x": {
        "exclusive": True,
        "cpuLists": [{"Socket": n % 2, "Cpuset": f"{n},{n + 4}"} for n in range(3)],
    },
    "infra": {"cpuLists": [{"Socket": 0, "Cpuset": "3"}]},
    "shared": {"cpuLists": [{"Socket": 0, "Cpuset": "3"}, {"Socket": 1, "Cpuset": "7"}]},
}
NAMES = [f"c{number}" for number in range(6)]


def create(name: str, cores: int, pool: str, socket: str, command: tuple[str, ...]) -> Create:
    """A container that asks in one of the ways there are."""
    text = json.dumps({"containers": {name: {"requests": {wants.CORES: str(cores)}}}})
    env = {"STP_POOL": pool, "STP_SOCKET_ID": socket}
    return Create(
        name,
        annotations={wants.REQUESTS: text},
        command=command,
        env={key: value for key, value in env.items() if value},
    )


CREATE = st.builds(
    create,
    st.sampled_from(NAMES),
    st.integers(0, 4),
    st.sampled_from(["", "x", "x", "infra", "nowhere"]),
    st.sampled_from(["", "0", "1", "9"]),
    st.sampled_from([(), ("cmk", "isolate", "--pool=x", "--no-affinity", "run")]),
)
EVENTS = st.lists(
    st.one_of(
        CREATE,
        st.builds(Resize, st.sampled_from(NAMES), cpu=st.sampled_from(["1", "9"])),
        st.builds(Remove, st.sampled_from(NAMES)),
        st.just(Rebalance()),
        st.just(Restart()),
    ),
    max_size=25,
)


def lists_are_of_their_pool(node: Node) -> None:
    """An exclusive list has one container; what is told is what is held."""
    taken = 0
    for name, held in node.state.held.items():
        if held.pool == "x":
            assert held.count == len(held.lists) > 0
            assert not held.cpus & taken
            taken |= held.cpus
        if held.affinity:
            assert node.cpus[name] == held.cpus != 0
    counted: dict[tuple[str, int], int] = {}
    for held in node.state.held.values():
        for mask in held.lists:
            counted[held.pool, mask] = counted.get((held.pool, mask), 0) + 1
    assert node.state.users == counted


def make() -> Node:
    """A node with an exclusive pool of three lists."""
    invariants = (lists_are_of_their_pool,)
    return Node("static-pools", trees.LAPTOP, config={"pools": POOLS}, invariants=invariants)


@hypothesis.settings(deadline=None)
@hypothesis.given(EVENTS)
def test_invariants_hold_after_each_step(events: list[Event]) -> None:
    """After all are removed everything is as it was at the start."""
    properties.empties(make, properties.play(make, events))


@hypothesis.settings(deadline=None)
@hypothesis.given(EVENTS)
def test_a_restart_changes_nothing(events: list[Event]) -> None:
    """Whatever has happened."""
    properties.replays(properties.play(make, events))


@hypothesis.settings(deadline=None)
@hypothesis.given(EVENTS)
def test_the_same_leads_to_the_same(events: list[Event]) -> None:
    """No chance is in it: the original takes shared lists at random."""
    properties.is_the_same_again(make, events)


@hypothesis.settings(deadline=None)
@hypothesis.given(EVENTS, CREATE)
def test_release_takes_back_all(events: list[Event], event: Create) -> None:
    """Others have what they had."""
    properties.takes_back(properties.play(make, events), event)


@hypothesis.settings(deadline=None)
@hypothesis.given(EVENTS, CREATE)
def test_a_refusal_changes_nothing(events: list[Event], event: Create) -> None:
    """It has a reason."""
    properties.refuses_as_a_whole(properties.play(make, events), event)
