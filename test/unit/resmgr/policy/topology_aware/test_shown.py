# SPDX-License-Identifier: Apache-2.0
"""What is shown of pools and grants."""

from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr.model import Qos


def test_containers_know_their_cpus_and_memory() -> None:
    """Isolated, exclusive and shared CPUs; nodes by kind of memory."""
    aware = made.aware(trees.TIERED.but(cores=4, isolated="3"), reserved="0")
    state = aware.start(None, []).state
    state = aware.allocate(state, made.subject("a", 1500)).state
    state = aware.allocate(state, made.subject("b", 2000)).state
    state = aware.allocate(state, made.subject("s", 300, namespace="kube-system")).state
    state = aware.allocate(state, made.subject("e", qos=Qos.BEST_EFFORT)).state

    assert aware.export(state, "a") == {
        "SHARED_CPUS": "1-2",
        "ISOLATED_CPUS": "3",
        "ALL_MEMS": "0,2,3",
        "DRAM_MEMS": "0",
        "PMEM_MEMS": "2",
        "HBM_MEMS": "3",
    }
    assert aware.export(state, "b") == {
        "EXCLUSIVE_CPUS": "4-5",
        "ALL_MEMS": "1",
        "DRAM_MEMS": "1",
    }
    assert aware.export(state, "s")["SHARED_CPUS"] == "0"
    assert "SHARED_CPUS" not in aware.export(state, "e")
    assert aware.export(state, "nobody") == {}


def test_the_page_has_the_whole_tree() -> None:
    """Parents, children, CPUs and memory."""
    aware = made.aware(trees.EXAMPLE.but(isolated="8-9"))
    shown = aware.introspect(aware.start(None, []).state)

    assert list(shown["Pools"]) == [pool.name for pool in aware.pools]
    assert shown["Pools"]["socket #1"] == {
        "Name": "socket #1",
        "CPUs": "8-15",
        "Memory": "2,3",
        "Parent": "root",
        "Children": ["NUMA node #2", "NUMA node #3"],
    }
    assert shown["Pools"]["root"]["Parent"] == ""
    assert shown["Assignments"] == {}


def test_the_page_has_what_each_container_has() -> None:
    """CPUShare is in milli-CPU."""
    aware = made.aware()
    state = aware.allocate(aware.start(None, []).state, made.subject("a", 1500)).state

    assert aware.introspect(state)["Assignments"]["a"] == {
        "ContainerID": "a",
        "SharedCPUs": "5-7",
        "CPUShare": 500,
        "ExclusiveCPUs": "4",
        "Memory": "1",
        "Pool": "NUMA node #1",
    }
