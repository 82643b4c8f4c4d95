# SPDX-License-Identifier: Apache-2.0
"""What containers are told."""

import dataclasses

from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.intents import SetCpuset, SetMems, SetShares
from resmgr.policy.topology_aware import memory
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.apply import Applied, Applier
from resmgr.policy.topology_aware.grants import Grant
from resmgr.policy.topology_aware.options import Options

POOLS = made.pools()
APPLIER = Applier(POOLS, Options())
EMPTY = states.empty(POOLS)
SUBJECT = made.subject()


def mask(text: str) -> int:
    """A set of CPUs or nodes."""
    return cpuset.parse(text)


def test_cpus_are_exclusive_shared_or_both() -> None:
    """Shares are those of the shared part."""
    alone = Grant(SUBJECT, 1, mask("4"), memory_pool=1)
    both = Grant(SUBJECT, 1, mask("4"), 500, memory_pool=1)
    shared = Grant(SUBJECT, 1, part=500, memory_pool=1)
    state = EMPTY.giving("c", alone)

    assert APPLIER.of(state, alone) == Applied(mask("4"), 2, mask("1"))
    assert APPLIER.of(state, both) == Applied(mask("4-7"), 512, mask("1"))
    assert APPLIER.of(state, shared) == Applied(mask("5-7"), 512, mask("1"))


def test_reserved_cpus_are_those_of_the_pool() -> None:
    """With the shares of what is wanted of them."""
    grant = Grant(SUBJECT, 6, part=1000, reserved=True, memory_pool=6)

    assert APPLIER.of(EMPTY, grant) == Applied(mask("0"), 1024, mask("0-3"))


def test_who_shares_always_has_cpus() -> None:
    """Those of the next pool above that has some; the reserved ones if none has."""
    one = EMPTY.giving("x", Grant(made.subject("x"), 6, mask("1-3"), memory_pool=6))
    all_ = EMPTY.giving("x", Grant(made.subject("x"), 6, mask("1-15"), memory_pool=6))

    assert cpuset.show(APPLIER.shared(one, 0)) == "4-7"
    assert cpuset.show(APPLIER.shared(all_, 0)) == "0"


def test_memory_is_of_the_kinds_that_are_wanted() -> None:
    """If there is none of them it is DRAM; during a cold start it is PMEM."""
    applier = Applier(made.pools(trees.TIERED), Options())
    first = Grant(SUBJECT, 0, memory_pool=0, kinds=memory.PMEM)
    second = Grant(SUBJECT, 1, memory_pool=1, kinds=memory.PMEM)
    cold = Grant(SUBJECT, 0, memory_pool=0, cold=1)

    assert cpuset.show_ids(applier.nodes(first)) == "2"
    assert cpuset.show_ids(applier.nodes(second)) == "1"
    assert cpuset.show_ids(applier.nodes(cold)) == "2"
    assert cpuset.show_ids(applier.nodes(dataclasses.replace(cold, cold=0.0))) == "0,2,3"


def test_a_pool_without_memory_uses_that_above() -> None:
    """No container is bound to a node that has none."""
    applier = Applier(made.pools(trees.EXAMPLE.but(memory_less="1")), Options())

    assert cpuset.show_ids(applier.nodes(Grant(SUBJECT, 1, memory_pool=1))) == "0"


def test_only_what_changes_is_told() -> None:
    """Sharing containers hear of their pool, others of nothing."""
    before = EMPTY.giving("s", Grant(made.subject("s"), 1, part=100, memory_pool=1))
    before = before.giving("far", Grant(made.subject("far"), 3, part=100, memory_pool=3))
    before = before.giving("own", Grant(made.subject("own"), 1, mask("7"), memory_pool=1))
    after = before.giving("x", Grant(made.subject("x"), 1, mask("4"), memory_pool=1))

    assert APPLIER.told(before, after) == [
        SetCpuset("s", mask("5-6")),
        SetCpuset("x", mask("4")),
        SetShares("x", 2),
        SetMems("x", mask("1")),
    ]
    assert APPLIER.told(after, after) == []
    assert len(APPLIER.told(after, after, ["s"])) == 3


def test_what_is_not_to_be_pinned_is_not_told() -> None:
    """CPUs with their shares, and memory."""
    after = EMPTY.giving("x", Grant(made.subject("x"), 1, mask("4"), memory_pool=1))
    without_cpu = Applier(POOLS, Options(pin_cpu=False))
    without_memory = Applier(POOLS, Options(pin_memory=False))

    assert without_cpu.told(EMPTY, after) == [SetMems("x", mask("1"))]
    assert without_memory.told(EMPTY, after) == [SetCpuset("x", mask("4")), SetShares("x", 2)]
