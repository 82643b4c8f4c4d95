# SPDX-License-Identifier: Apache-2.0
"""Why CPUs cannot be made exclusive, in words."""

from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.topology_aware import scarce
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.grants import Grant
from resmgr.policy.topology_aware.state import State

POOLS = made.pools(trees.EXAMPLE)


def having(*grants: tuple[str, int, str, int]) -> State:
    """A state in which containers have something: name, pool, exclusive CPUs, milli-CPU."""
    state = states.empty(POOLS)
    for name, pool, exclusive, part in grants:
        grant = Grant(made.subject(name), pool, cpuset.parse(exclusive), part, memory_pool=pool)
        state = state.giving(name, grant)
    return state


def text(pool: int, count: int, *grants: tuple[str, int, str, int]) -> str:
    """Tell why so many CPUs cannot be sliced from a pool."""
    return scarce.text(POOLS, having(*grants), POOLS[pool], count)


def test_the_last_shared_cpu_stays_shared() -> None:
    """It says so, and who has the others."""
    assert text(0, 1, ("a", 0, "2-3", 0)) == (
        "can't slice 1 exclusive CPUs from sharable 1 of NUMA node #0, 1000m free:"
        " the last shared CPU cannot be made exclusive; exclusive: 2-3 of default/a:a"
    )


def test_fewer_could_be_had() -> None:
    """It says how many, and what is promised to whom."""
    assert text(1, 3, ("a", 1, "", 1500)) == (
        "can't slice 3 exclusive CPUs from sharable 4-7 of NUMA node #1, 2500m free:"
        " at most 2 can be made exclusive, some CPU stays shared; promised: 1500m to default/a:a"
    )


def test_none_could_be_had() -> None:
    """All of it is promised."""
    assert "0m free: none can be made exclusive" in text(1, 1, ("a", 1, "", 4000))


def test_a_pool_with_no_shared_cpu_has_no_empty_list() -> None:
    """No CPU is left to be named."""
    assert text(0, 1, ("a", 0, "1-3", 0)) == (
        "can't slice 1 exclusive CPUs: NUMA node #0 has no sharable CPU left;"
        " exclusive: 1-3 of default/a:a"
    )


def test_a_pool_above_may_be_the_one_that_has_not_enough() -> None:
    """Who shares there is named, though nobody has anything of the pool itself."""
    assert text(1, 2, ("a", 2, "", 6000)) == (
        "can't slice 2 exclusive CPUs from sharable 4-7 of NUMA node #1, 1000m free in socket #0:"
        " none can be made exclusive, some CPU stays shared; promised: 6000m to default/a:a"
    )


def test_few_are_named() -> None:
    """Those that have most."""
    told = text(5, 9, *((str(n), 5, str(8 + n), 0) for n in range(5)), ("x", 5, "13-14", 0))

    assert told.endswith(
        "; exclusive: 13-14 of default/x:x, 8 of default/0:0, 9 of default/1:1, 3 more"
    )
