# SPDX-License-Identifier: Apache-2.0
"""Where containers are."""

from typing import Any

from unit.ctl.simulation import made

from ctl.simulation import placements
from ctl.simulation.records import State
from resmgr import cpuset


def test_own_and_shared_cpus_are_told_apart() -> None:
    """By what the policy shows and what the runtime was told."""
    node = made.simulation("static", made.whole("a", "2"), made.pod("b"))
    one, other = placements.of(node).containers

    assert (cpuset.show(one.exclusive), one.shared, one.pool) == ("1,9", 0, "exclusive")
    assert (other.exclusive, cpuset.show(other.shared)) == (0, "0,2-8,10-15")
    assert one.why == ("has CPUs 1,9 for itself: guaranteed, 2 whole CPUs",)


def test_who_is_not_pinned_may_use_everything() -> None:
    """CPUs as well as memory."""
    placed = placements.of(made.simulation("none", made.pod("a")))
    (one,) = placed.containers

    assert (one.cpus, one.mems) == (0, 0)
    assert (placed.cpus(one), placed.mems(one)) == (placed.machine.online, 0b11)


def test_memory_nodes_are_those_that_were_told() -> None:
    """By a policy that pins memory."""
    (one,) = placements.of(made.simulation("topology-aware", made.whole("a", "2"))).containers

    assert one.mems == 0b10
    assert one.pool == "socket #1"


def test_whoever_does_not_run_has_nothing() -> None:
    """Refused containers and init containers that have ended are in no pool."""
    pod = made.pod("a", made.one("c", "99", "1Gi"), init=(made.one("i", "1", "1Gi"),))
    placed = placements.of(made.simulation("static", pod))

    assert [one.state for one in placed.containers] == [State.FINISHED, State.REFUSED]
    assert [one.pool for one in placed.containers] == ["", ""]
    assert placed.running == ()
    assert [one.name for one in placed.refused] == ["default/a:c"]
    assert not placed.fine


def test_pools_are_those_of_the_policy() -> None:
    """With their children."""
    placed = placements.of(made.simulation("topology-aware"))
    root = {pool.name: pool for pool in placed.pools}["root"]

    assert cpuset.show(root.cpus) == "1-15"
    assert root.below == ("socket #0", "socket #1")
    assert placed.fine


def test_nodes_without_memory_do_not_count() -> None:
    """A container that is not pinned has no memory from there."""
    placed = placements.of(made.simulation("none"))

    assert placements.nodes_with_memory(placed.machine) == 0b11


def test_classes_of_cpus_are_told() -> None:
    """As the policy has put them there."""
    types = [{"Name": "own", "Namespaces": ["n"], "CpuClass": "turbo"}]
    config: dict[str, Any] = {"BalloonTypes": types}
    node = made.simulation("balloons", made.whole("a", "2", "n"), IdleCPUClass="idle", **config)
    classes = placements.of(node).cpu_classes

    assert sorted(classes) == ["idle", "turbo"]
    assert classes["turbo"].bit_count() == 2
    assert not classes["turbo"] & classes["idle"]


def test_what_a_policy_changes_in_a_request_is_told() -> None:
    """Variables and commands, here those of CPU Manager for Kubernetes."""
    pools = {
        "shared": {"exclusive": False, "cpuLists": [{"Socket": 0, "Cpuset": "0-1"}]},
        "exclusive": {"exclusive": True, "cpuLists": [{"Socket": 0, "Cpuset": "2,10"}]},
    }
    container = {
        "name": "c",
        "command": ["cmk", "isolate", "--pool=exclusive", "run", "-v"],
        "resources": {"limits": {"cmk.intel.com/exclusive-cores": 1}},
    }
    node = made.simulation("static-pools", made.pod("a", container), pools=pools)
    (one,) = placements.of(node).containers

    assert (one.pool, cpuset.show(one.exclusive)) == ("exclusive", "2,10")
    assert one.environment == (("CMK_CPUS_ASSIGNED", "2,10"), ("CMK_CPUS_SHARED", "0-1"))
    assert one.command == ("run", "-v")
