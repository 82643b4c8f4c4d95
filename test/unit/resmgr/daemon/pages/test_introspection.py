# SPDX-License-Identifier: Apache-2.0
"""The introspection page."""

import json
from typing import Any

import pytest
from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod

from resmgr import cpuset
from resmgr.daemon.pages import introspection, show
from resmgr.engine import events
from resmgr.model import Container, ContainerState, Hint, Pod, Requirements
from resmgr.policy import registry
from resmgr.sysfs.machine import Cpu, Machine, Node, Package

MACHINE = Machine(
    cpus={i: Cpu(i, package=0, die=0, core=i, node=0, threads=1 << i) for i in range(4)},
    nodes={0: Node(0, cpus=0b1111, distances={0: 10})},
    packages={0: Package(0, cpus=0b1111, nodes=1)},
    offline=0b10000,
    isolated=0b1000,
)


def page(shown: dict[str, Any] | None = None) -> Any:
    """Give the page of two pods of which one has containers."""
    containers = [
        Container(
            "u1:main",
            "p1",
            "main",
            id="c1",
            state=ContainerState.RUNNING,
            command=("sh",),
            requirements=Requirements(cpu_request=500, memory_limit=1024),
            hints=(Hint("/sys/devices/x", "0-3", "0"),),
        ),
        Container("u1:old", "p1", "old", id="c0", state=ContainerState.EXITED),
    ]
    document = introspection.document(
        pods=[Pod("p1", "u1", "web", "default"), Pod("p2", "u2", "empty", "default")],
        containers=containers,
        policy="static",
        shown=shown or {},
        machine=MACHINE,
    )
    text = introspection.text(document)
    assert text.endswith(b"\r\n")
    return json.loads(text)


def test_pods_have_the_containers_that_hold_something() -> None:
    """Pods without any, and containers that have ended, are left out."""
    assert page()["Pods"] == {
        "p1": {
            "ID": "p1",
            "UID": "u1",
            "Name": "web",
            "Namespace": "default",
            "Containers": {
                "c1": {
                    "ID": "c1",
                    "Name": "main",
                    "Command": ["sh"],
                    "Args": [],
                    "CPURequest": 500,
                    "CPULimit": 0,
                    "MemoryRequest": 0,
                    "MemoryLimit": 1024,
                    "Hints": {
                        "/sys/devices/x": {
                            "Provider": "/sys/devices/x",
                            "CPUs": "0-3",
                            "NUMAs": "0",
                            "Sockets": "",
                        }
                    },
                }
            },
        }
    }


def test_the_machine_is_shown() -> None:
    """CPU sets as lists."""
    assert page()["System"] == {
        "Sockets": {"0": {"ID": 0, "CPUs": "0-3"}},
        "Nodes": {"0": {"ID": 0, "CPUs": "0-3"}},
        "Isolated": "3",
        "Offlined": "4",
        "RDTClasses": [],
        "BlockIOClasses": None,
        "Policy": "static",
    }


def test_what_the_policy_shows_of_itself_is_taken_over() -> None:
    """Maps that it does not fill are null."""
    found = page({"Assignments": {"gone": {"Pool": "shared"}}})

    assert found["Assignments"]["gone"]["Pool"] == "shared"
    assert found["Pools"] is None
    assert page()["Assignments"] is None


def test_assignments_name_containers_as_pods_do() -> None:
    """What policies know by cache id is shown by the container's own id."""
    found = page({"Assignments": {"u1:main": {"Pool": "shared"}}})

    assert list(found["Assignments"]) == ["c1"]
    assert found["Assignments"]["c1"]["ContainerID"] == "c1"
    assert "c1" in found["Pods"]["p1"]["Containers"]


POOLS = {"shared": {"cpuLists": [{"Socket": 0, "Cpuset": "1-3"}]}}


@pytest.mark.parametrize("policy", [name for name in registry.POLICIES if name != "none"])
def test_every_policy_has_all_members_of_the_contract(policy: str) -> None:
    """Pools that it has, and what each container has in one of them (section 12.2)."""
    config = {"pools": POOLS} if policy == "static-pools" else {}
    engine = small_engine.engine(pod("web"), policy=policy, config=config)
    found = json.loads(show.page(engine, small_engine.MACHINE).body)
    assignment = found["Assignments"]["id-web"]

    assert list(found) == ["Pools", "Pods", "Assignments", "System", "Error"]
    assert "id-web" in found["Pods"]["pod-web"]["Containers"]
    for name, one in found["Pools"].items():
        assert set(one) == {"Name", "CPUs", "Memory", "Parent", "Children"}
        assert one["Name"] == name
        assert one["Parent"] == "" or name in found["Pools"][one["Parent"]]["Children"]
        assert cpuset.parse(one["CPUs"]) & ~small_engine.MACHINE.online == 0
    assert set(assignment) == {
        "ContainerID",
        "SharedCPUs",
        "CPUShare",
        "ExclusiveCPUs",
        "Memory",
        "Pool",
    }
    assert isinstance(assignment["CPUShare"], int)
    assert assignment["SharedCPUs"] or assignment["ExclusiveCPUs"]
    assert found["System"]["Policy"] == policy


def test_a_rebalance_is_seen_at_once() -> None:
    """The page is that of what counts now."""
    engine = small_engine.engine(pod("web"), policy="dynamic-pools")
    before = json.loads(show.page(engine, small_engine.MACHINE).body)
    engine.handle(events.ContainerRemoved("id-web"))
    engine.handle(events.Rebalance())
    after = json.loads(show.page(engine, small_engine.MACHINE).body)

    assert before["Assignments"] != after["Assignments"] == {}
