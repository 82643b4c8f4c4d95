# SPDX-License-Identifier: Apache-2.0
"""The introspection page."""

import json
from typing import Any

from resmgr.daemon import introspection
from resmgr.model import Container, ContainerState, Hint, Pod, Requirements
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
        "RDTClasses": None,
        "BlockIOClasses": None,
        "Policy": "static",
    }


def test_what_the_policy_shows_of_itself_is_taken_over() -> None:
    """Maps that it does not fill are null."""
    found = page({"Assignments": {"gone": {"Pool": "shared"}}})

    assert found["Assignments"] == {"gone": {"ContainerID": "gone", "Pool": "shared"}}
    assert found["Pools"] is None
    assert page()["Assignments"] is None


def test_assignments_name_containers_as_pods_do() -> None:
    """What policies know by cache id is shown by the container's own id."""
    found = page({"Assignments": {"u1:main": {"Pool": "shared"}}})

    assert found["Assignments"] == {"c1": {"ContainerID": "c1", "Pool": "shared"}}
    assert "c1" in found["Pods"]["p1"]["Containers"]
