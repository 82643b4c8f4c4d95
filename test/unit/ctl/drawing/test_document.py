# SPDX-License-Identifier: Apache-2.0
"""Machines as documents."""

import dataclasses
import json

from unit.resmgr.sysfs import speeds

from ctl import machines
from ctl.drawing import document
from ctl.drawing.occupants import Occupant
from resmgr.sysfs import speedform


def test_everything_of_a_machine_is_in_it() -> None:
    """Sets are lists of the kernel's form; equal frequencies are told once."""
    found = document.document(machines.parse("1x1x2x2:offline=3:isolated=1"), None, ["careful"])

    assert found["cpus"] == "0-2"
    assert (found["offline"], found["isolated"]) == ("3", "1")
    assert found["packages"] == [
        {"id": 0, "cpus": "0-2", "nodes": [0], "dies": [{"id": 0, "cpus": "0-2"}]}
    ]
    assert found["nodes"] == [
        {
            "id": 0,
            "cpus": "0-2",
            "memory": "dram",
            "bytes": 64 << 30,
            "normalMemory": True,
            "distances": {"0": 10},
        }
    ]
    assert found["caches"][-1] == {"level": 3, "type": "Unified", "bytes": 32 << 20, "cpus": "0-2"}
    assert found["cores"] == [
        {"cpus": "0,2", "package": 0, "die": 0, "node": 0, "core": 0, "kind": "ordinary"},
        {"cpus": "1", "package": 0, "die": 0, "node": 0, "core": 1, "kind": "ordinary"},
    ]
    assert found["frequencies"] == [
        {
            "cpus": "0-2",
            "base": 2_000_000,
            "min": 800_000,
            "max": 3_500_000,
            "energyPreference": "balance_performance",
        }
    ]
    assert found["warnings"] == ["careful"]


def test_priorities_are_those_of_the_allocator() -> None:
    """Cores of a hybrid machine are of high and low priority; clusters are told."""
    found = document.document(machines.parse("laptop"), None)

    assert found["priorities"] == {"high": "0-7", "normal": "", "low": "8-15"}
    assert found["clusters"] == ["8-11", "12-15"]


def test_speed_select_is_in_it_where_it_is_known() -> None:
    """As records have it, and priorities follow it."""
    machine = machines.parse("2x1x2x1")
    told = speeds.example(0b11)
    package = dataclasses.replace(machine.packages[0], speed_select=told)
    fast = dataclasses.replace(machine, packages={**machine.packages, 0: package})
    found = document.document(fast, None)

    assert found["packages"][0]["speedSelect"] == speedform.shown(told)
    assert "speedSelect" not in found["packages"][1]
    assert found["priorities"] == {"high": "0", "normal": "2-3", "low": "1"}


def test_containers_are_in_it_if_somebody_asked() -> None:
    """None at all is something else than not to know."""
    machine = machines.parse("1x1x4x1")
    one = Occupant("default/web:nginx", "shared", 0b1, 0b110, "A")

    assert "containers" not in document.document(machine, None)
    assert document.document(machine, [])["containers"] == []
    assert document.document(machine, [one])["containers"] == [
        {"name": "default/web:nginx", "pool": "shared", "exclusive": "0", "shared": "1-2"}
    ]


def test_it_is_json() -> None:
    """Whatever the machine is, it can be written and read again."""
    found = document.document(machines.parse("hbm"), [])

    assert json.loads(json.dumps(found)) == found
