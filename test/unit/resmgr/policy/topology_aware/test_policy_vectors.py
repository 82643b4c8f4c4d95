# SPDX-License-Identifier: Apache-2.0
"""The vectors of policies, section 11.2, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import topology_aware
from resmgr.policy.interface import Constraints
from resmgr.policy.topology_aware import score
from resmgr.policy.topology_aware.policy import TopologyAware
from resmgr.policy.topology_aware.request import Request

A = trees.EXAMPLE
"""Two packages, two nodes each, of two cores with two threads, consecutive; 2 GiB a node."""

B = trees.Tree(
    packages=2,
    nodes=2,
    cores=14,
    threads=2,
    node_ids=(0, 2, 1, 3, 4, 5),
    memory=33_000_000,
    apart=(133_000_000, 133_000_000),
    # Two on each node, as the interleaved 4-7,60-63 of the original.
    isolated="1,14,28,42,57,70,84,98",
    distances=(
        (10, 21, 11, 21, 17, 28),
        (21, 10, 21, 11, 28, 28),
        (11, 21, 10, 21, 28, 17),
        (21, 11, 21, 10, 28, 28),
        (17, 28, 28, 28, 10, 28),
        (28, 28, 17, 28, 28, 10),
    ),
)
FAR = 28
C = trees.Tree(
    packages=4,
    cores=1,
    apart=(8_000_000,) * 4,
    distances=tuple(
        tuple(
            10 if one == other else 17 if {one, other} in ({4, 2}, {5, 3}, {6, 0}, {7, 1}) else FAR
            for other in range(8)
        )
        for one in range(8)
    ),
)
"""Four packages of one CPU; PMEM nodes 4, 5, 6, 7 are near to nodes 2, 3, 0, 1."""

DOMAIN = "cri-resource-manager.intel.com"


def said(**values: str) -> dict[str, str]:
    """Annotations for the whole pod; `_` stands for `-`."""
    return {f"{key.replace('_', '-')}.{DOMAIN}/pod": value for key, value in values.items()}


@dataclass(frozen=True)
class Got:
    """What a container has: CPUs that are told to it, its pool, maybe its exclusive CPUs, mems."""

    cpus: str
    pool: str
    exclusive: str | None = None
    mems: str | None = None


def played(tree: trees.Tree, wants: Sequence[tuple[str, Mapping[str, str]]], **given: str) -> Node:
    """Create containers c0, c1, ... of guaranteed pods with 100 MiB, none of which is refused."""
    node = Node("topology-aware", tree, **given)  # type: ignore[arg-type]
    for number, (cpu, annotations) in enumerate(wants):
        node = node.happens(Create(f"c{number}", cpu, annotations=annotations, memory="100Mi"))
        assert node.refusal is None
    return node


def got(node: Node, name: str) -> tuple[str, str, str, str]:
    """Give CPUs, pool, exclusive CPUs and memory nodes of a container."""
    shown = node.policy.introspect(node.state)["Assignments"][name]
    return (
        cpuset.show(node.cpus[name]),
        shown["Pool"],
        shown["ExclusiveCPUs"],
        shown["Memory"],
    )


def policy(node: Node) -> TopologyAware:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, TopologyAware)
    return node.policy


def test_pools_of_system_a_are_numbered_children_first() -> None:
    """With the sharable CPUs beside the reserved CPU 0."""
    pools = policy(Node("topology-aware", A, reserved="0")).pools

    assert [(pool.name, cpuset.show(pool.sharable)) for pool in pools] == [
        ("NUMA node #0", "1-3"),
        ("NUMA node #1", "4-7"),
        ("socket #0", "1-7"),
        ("NUMA node #2", "8-11"),
        ("NUMA node #3", "12-15"),
        ("socket #1", "8-15"),
        ("root", "1-15"),
    ]


def test_a_part_of_a_cpu_is_reserved_on_system_a_as_a_whole_one() -> None:
    """750m are CPU 0."""
    made = topology_aware.make(A.machine(), Constraints(reserved_milli=750), {})
    assert isinstance(made, TopologyAware)

    assert [cpuset.show(pool.reserved) for pool in made.pools if pool.reserved] == ["0", "0", "0"]
    assert cpuset.show(made.pools[0].sharable) == "1-3"


NO: Mapping[str, str] = {}
SHARED_NOT = said(prefer_shared_cpus="false")
ISOLATED = {"isolated": "8,9"}


@pytest.mark.parametrize(
    ("wants", "expected"),
    [
        (
            [("1", NO), ("2", NO), ("3", NO), ("4", NO)],
            [
                Got("4", "NUMA node #1"),
                Got("8-9", "NUMA node #2"),
                Got("12-14", "NUMA node #3"),
                Got("2-3,6-7", "socket #0", mems="0,1"),
            ],
        ),
        (
            [("5", NO), ("7", NO)],
            [Got("8-12", "socket #1"), Got("1-7", "root", mems="0,1,2,3")],
        ),
        (
            [("500m", NO)] * 2
            + [("1500m", NO)] * 2
            + [("2400m", NO)] * 2
            + [("2400m", SHARED_NOT)],
            [
                Got("5-7", "NUMA node #1", exclusive=""),
                Got("8-11", "NUMA node #2", exclusive=""),
                Got("12-13", "NUMA node #3", exclusive="12"),
                Got("4-7", "NUMA node #1", exclusive="4"),
                Got("1-3", "NUMA node #0", exclusive=""),
                Got("8-11", "NUMA node #2", exclusive=""),
                Got("13-15", "NUMA node #3", exclusive="14-15"),
            ],
        ),
    ],
    ids=["exclusive", "large", "mixed"],
)
def test_containers_of_system_a(
    wants: Sequence[tuple[str, Mapping[str, str]]], expected: Sequence[Got]
) -> None:
    """One after the other, with what each has in the end."""
    node = played(A, wants, reserved="0")

    for number, one in enumerate(expected):
        cpus, pool, exclusive, mems = got(node, f"c{number}")
        assert (cpus, pool) == (one.cpus, one.pool)
        assert one.exclusive in (None, exclusive)
        assert one.mems in (None, mems)


@pytest.mark.parametrize(
    ("wants", "expected"),
    [
        (
            [("1", NO), ("1", said(prefer_isolated_cpus="false")), ("1", NO)],
            ["8", "4", "9"],
        ),
        ([("2500m", said(prefer_isolated_cpus="true", prefer_shared_cpus="false"))], ["8-11"]),
        ([("1500m", NO)], ["8,10-11"]),
        ([("3", NO)], ["4-6"]),
    ],
)
def test_isolated_cpus_of_system_a(
    wants: Sequence[tuple[str, Mapping[str, str]]], expected: Sequence[str]
) -> None:
    """A single CPU is an isolated one unless it is told not to; more of them only if told to."""
    node = played(A.but(isolated="8-9"), wants, reserved="0")

    assert [cpuset.show(node.cpus[f"c{number}"]) for number in range(len(wants))] == expected


def test_only_available_cpus_of_system_a_are_given() -> None:
    """With 4-11 available and 11 reserved."""
    wants = [("3", NO), ("980m", NO), ("980m", NO)]
    node = played(A, wants, available="4-11", reserved="11")

    assert [cpuset.show(node.cpus[f"c{number}"]) for number in range(3)] == ["4-6", "8-10", "8-10"]


def system_b() -> TopologyAware:
    """The policy on system B."""
    return policy(Node("topology-aware", B, reserved="0"))


def test_pools_of_system_b() -> None:
    """Even nodes are on socket 0, each with a node of PMEM."""
    found = system_b().pools

    assert [(pool.name, pool.sharable.bit_count()) for pool in found] == [
        ("NUMA node #0", 25),
        ("NUMA node #2", 26),
        ("socket #0", 51),
        ("NUMA node #1", 26),
        ("NUMA node #3", 26),
        ("socket #1", 52),
        ("root", 103),
    ]
    assert [cpuset.show_ids(pool.memory[0]) for pool in found[:2]] == ["4", "5"]


N0, N2, S0, N1, N3, S1, ROOT = range(7)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({}, N2),
        ({N1: 1}, N1),
        ({S1: 1}, S1),
        ({S1: 1, N1: 1}, N1),
        ({N1: 1, N3: 1}, S1),
        ({N1: 2, N3: 1}, S1),
        ({N1: 3, N3: 1}, N1),
        ({N0: 2, N3: 2, S1: 1}, ROOT),
        ({N0: 1, N3: 1, S1: 1}, ROOT),
        ({N0: 1, N3: 1, S1: 2}, S1),
    ],
)
def test_affinities_on_system_b(weights: Mapping[int, int], expected: int) -> None:
    """Where three exclusive CPUs go by what pools weigh."""
    made = system_b()
    wanted = Request(full=3)
    scores = made.selector.scores(made.start(None, []).state, wanted, weights)

    assert score.best(scores, wanted).id == expected


def test_much_memory_fits_few_pools_of_system_b() -> None:
    """190 GB of any kind are on a socket that has PMEM, and on the machine."""
    made = system_b()
    fitting = made.selector.fitting(made.start(None, []).state, Request(amount=190_000_000_000))

    assert [pool.id for pool in fitting] == [S0, ROOT]


def test_memory_makes_room_upward_on_system_b() -> None:
    """Who had a little of a node's memory has to have the socket's, when others may use all."""
    node = Node("topology-aware", B, reserved="0")
    for number, memory in enumerate(["1000", "190G", "140G"]):
        node = node.happens(Create(f"c{number}", "1m", memory=memory))
        assert node.refusal is None
    pools = [node.state.grants[name].memory_pool for name in ("c0", "c1", "c2")]

    assert pools == [S0, S0, S0]
    assert node.state.grants["c0"].pool == N2
    assert got(node, "c0")[3] == "0,2,4,5"


@pytest.mark.parametrize(
    ("annotations", "cpus", "mems"),
    [
        (said(memory_type="dram"), "1", "1"),
        (said(memory_type="pmem"), "2", "4"),
        (said(memory_type="dram,pmem"), "3", "3,5"),
        (NO, "1-3", "0,1,2,3,4,5,6,7"),
    ],
)
def test_memory_types_on_system_c(annotations: Mapping[str, str], cpus: str, mems: str) -> None:
    """The fourth finds no socket with CPU enough left."""
    order = [said(memory_type="dram"), said(memory_type="pmem"), said(memory_type="dram,pmem"), NO]
    node = played(C, [("500m", one) for one in order], reserved="0")
    name = f"c{order.index(dict(annotations))}"

    assert (got(node, name)[0], got(node, name)[3]) == (cpus, mems)


def test_a_cold_start_on_system_c() -> None:
    """Node 1 has PMEM node 7: that alone at first, then both."""
    cold = said(memory_type="dram,pmem", cold_start="duration: 60s")
    node = played(C, [("500m", cold)], reserved="0")
    before = got(node, "c0")[3]
    node.state = policy(node).remind(node.state, "c0").state

    assert (before, got(node, "c0")[3]) == ("7", "1,7")
