# SPDX-License-Identifier: Apache-2.0
"""The policy static-pools, played on a machine of eight CPUs."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import pytest
from unit.resmgr.policy.playbook import (
    Because,
    Create,
    Intent,
    Node,
    Rebalance,
    Refused,
    Remove,
    Resize,
    Restart,
    SetCpuset,
)
from unit.resmgr.sysfs import trees

from resmgr import intents
from resmgr.model import ContainerState
from resmgr.policy import interface, marks
from resmgr.policy.static_pools import policy, wants

POOLS: dict[str, Any] = {
    "dataplane": {
        "exclusive": True,
        "cpuLists": [
            {"Socket": 0, "Cpuset": "2,3"},
            {"Socket": 0, "Cpuset": "4"},
            {"Socket": 1, "Cpuset": "5"},
        ],
    },
    "infra": {"cpuLists": [{"Socket": 0, "Cpuset": "0"}, {"Socket": 1, "Cpuset": "1"}]},
    "shared": {"cpuLists": [{"Socket": 0, "Cpuset": "6"}, {"Socket": 1, "Cpuset": "7"}]},
}


def node(**changes: Any) -> Node:
    """A node with some pools."""
    return Node("static-pools", trees.FLAT, config={"pools": POOLS} | changes)


def create(name: str, cores: int = 0, *command: str, **env: str) -> Create:
    """A container that requests so many lists."""
    text = json.dumps({"containers": {name: {"requests": {wants.CORES: str(cores)}}}})
    noted: Mapping[str, str] = {wants.REQUESTS: text} if cores else {}
    return Create(name, annotations=noted, command=command, env=env)


def told(name: str, assigned: str) -> Intent:
    """A container is told its CPUs and those of two pools."""
    variables = (
        ("CMK_CPUS_ASSIGNED", assigned),
        ("CMK_CPUS_INFRA", "0,1"),
        ("CMK_CPUS_SHARED", "6,7"),
    )
    return Intent(intents.AddEnvironment(name, variables))


def test_exclusive_lists_are_of_one_container() -> None:
    """In the order of the configuration, as many as are requested."""
    assert (
        node()
        >> create("a", 2, STP_POOL="dataplane")
        << SetCpuset("a", "2-4")
        << told("a", "2,3,4")
        << Because("a", "has exclusive CPUs 2-4 of pool dataplane")
        >> create("b", 2, STP_POOL="dataplane")
        << Refused(
            r'^static-pools: not enough free cpu lists in pool "dataplane":'
            " 2 are requested, 1 is free$"
        )
        >> create("c", 1, STP_POOL="dataplane")
        << SetCpuset("c", "5")
        << told("c", "5")
        >> Remove("a")
        << Because("a", "given back")
        >> create("d", 1, STP_POOL="dataplane")
        << SetCpuset("d", "2-3")
        << told("d", "2,3")
    )


def test_others_spread_over_the_lists() -> None:
    """Who says nothing is in pool shared; the least used list is given, the first of equal ones."""
    assert (
        node()
        >> create("a")
        << SetCpuset("a", "6")
        << told("a", "6")
        >> create("b")
        << SetCpuset("b", "7")
        << told("b", "7")
        >> create("c", STP_SOCKET_ID="1")
        << SetCpuset("c", "7")
        << told("c", "7")
        >> create("d")
        << SetCpuset("d", "6")
        << told("d", "6")
        >> create("i", STP_POOL="infra", STP_SOCKET_ID="1")
        << SetCpuset("i", "0")
        << told("i", "0")
    )


def test_cmk_isolate_is_replaced_by_what_it_would_run() -> None:
    """With arguments and all."""
    assert (
        node()
        >> create("a", 1, "sh", "-c", "/cmk isolate --pool=dataplane --socket-id=1 sleep 9")
        << SetCpuset("a", "5")
        << Intent(intents.RewriteCommand("a", ("sleep", "9"), ()))
        << told("a", "5")
    )


def test_without_affinity_a_container_is_only_told() -> None:
    """It pins itself; nobody else gets its lists."""
    assert (
        node()
        >> create("a", 3, STP_POOL="dataplane", STP_NO_AFFINITY="")
        << told("a", "2,3,4,5")
        << Because("a", "pins itself")
        >> create("b", 1, STP_POOL="dataplane")
        << Refused("1 is requested, 0 are free$")
    )


@pytest.mark.parametrize(
    ("asking", "message"),
    [
        (create("a", STP_POOL="x"), 'non-existent pool "x", known: dataplane, infra, shared'),
        (create("a", STP_POOL="dataplane"), "the number of exclusive CPUs requested is 0"),
        (
            create("a", 2, STP_POOL="dataplane", STP_SOCKET_ID="1"),
            'not enough free cpu lists in pool "dataplane" with socket id 1',
        ),
        (
            create("a", STP_SOCKET_ID="2"),
            'no available cpu lists in pool "shared" with socket id 2',
        ),
    ],
)
def test_what_there_is_not_is_refused(asking: Create, message: str) -> None:
    """With a prefix that tools know."""
    assert node() >> asking << Refused(f"^static-pools: .*{message}")


def test_what_is_doubtful_is_told() -> None:
    """It is not refused."""
    assert (
        node()
        >> create("a", 1, STP_POOL="dataplane", CMK_NUM_CORES="3")
        << SetCpuset("a", "2-3")
        << told("a", "2,3")
        << Because("a", "CMK_NUM_CORES is '3', but 1")
    )


def test_a_resize_and_a_rebalance_change_nothing() -> None:
    """Lists do not depend on amounts of CPU."""
    assert (
        node()
        >> create("a")
        << SetCpuset("a", "6")
        << told("a", "6")
        >> Resize("a", cpu="3")
        >> Rebalance()
        >> Remove("x")
    )


def test_a_restart_keeps_lists() -> None:
    """Those of several lists, too; nobody is started anew."""
    assert (
        node()
        >> create("a", 2, STP_POOL="dataplane")
        << SetCpuset("a", "2-4")
        << told("a", "2,3,4")
        >> create("s")
        << SetCpuset("s", "6")
        << told("s", "6")
        >> Restart()
        << SetCpuset("a", "2-4")
        << SetCpuset("s", "6")
        >> Restart(without=("a",))
        << SetCpuset("s", "6")
        >> create("b", 3, STP_POOL="dataplane")
        << SetCpuset("b", "2-5")
        << told("b", "2,3,4,5")
    )


def test_who_runs_already_is_not_told_anew() -> None:
    """Its command and environment cannot be changed any more; if there is no list it is left."""
    played = node().happens(create("a")).happens(create("b", 1, STP_POOL="dataplane"))
    pool = {"pools": {"shared": POOLS["shared"]}}
    small = Node("static-pools", trees.FLAT, config=pool).policy
    step = small.start(None, list(played.subjects.values()))

    assert step.intents == (intents.SetCpuset("a", 0b100_0000),)
    assert "keeps the CPUs that it has" in step.reasons[1].text
    running = dataclasses.replace(
        played.subjects["a"].container, cache_id="r", state=ContainerState.RUNNING
    )
    subject = interface.Subject(running, played.subjects["a"].pod)
    assert played.policy.allocate(played.state, subject).intents == (
        intents.SetCpuset("r", 0b1000_0000),
    )


def test_a_configuration_without_lists_in_use_is_refused() -> None:
    """The policy before goes on then; one that keeps them is taken."""
    played = node().happens(create("a", 1, STP_POOL="dataplane"))
    subjects = list(played.subjects.values())
    less = {**POOLS, "dataplane": {**POOLS["dataplane"], "exclusive": False}}
    with pytest.raises(interface.BadState, match="pool dataplane of container a"):
        node(pools=less).policy.start(played.kept, subjects)

    more = {**POOLS, "other": {"cpuLists": []}}
    assert node(pools=more).policy.start(played.kept, subjects).state == played.state


@pytest.mark.parametrize("given", [True, False])
def test_the_node_is_marked(given: bool) -> None:  # noqa: FBT001
    """With the amount of exclusive lists; label and taint as configured."""
    made = node(LabelNode=given, TaintNode=given).policy
    assert isinstance(made, policy.StaticPools)

    assert made.marks() == marks.Marks(
        capacities={"cmk.intel.com/exclusive-cores": "3"},
        labels={"cmk.intel.com/cmk-node": "true" if given else None},
        taints={marks.Taint("cmk", "true", "NoSchedule"): given},
    )


def test_it_shows_pools_and_assignments() -> None:
    """There is nothing to export."""
    played = node().happens(create("a", 2, STP_POOL="dataplane")).happens(create("s"))
    shown = played.policy.introspect(played.state)

    assert shown["Pools"]["dataplane"] == {"Name": "dataplane", "CPUs": "2-5"}
    assert shown["Assignments"] == {
        "a": {"SharedCPUs": "", "ExclusiveCPUs": "2-4", "Pool": "dataplane"},
        "s": {"SharedCPUs": "6", "ExclusiveCPUs": "", "Pool": "shared"},
    }
    assert played.offers("a") == {}
