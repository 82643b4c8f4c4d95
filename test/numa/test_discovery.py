# SPDX-License-Identifier: Apache-2.0
"""What is found out about the machine, held against what qemu was told."""

import json
from pathlib import Path

import pytest
from numa import filesystem, layout, machine, node

from resmgr import cpuset

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

FORM = layout.FOUR_NODES


async def test_nodes_with_their_cpus_and_distances(here: node.Node) -> None:
    """As they were made; memory apart is HBM, since it is less than what nodes have."""
    found = (await here.ctl("topology"))["nodes"]

    assert {one["id"]: set(cpuset.ids(cpuset.parse(one["cpus"]))) for one in found} == {
        **FORM.cpus_by_node(),
        4: set(),
    }
    assert [[*one["distances"].values()] for one in found] == [list(row) for row in FORM.distances]
    assert [one["memory"] for one in found] == ["dram"] * 4 + ["hbm"]
    for one, made in zip(found, FORM.nodes, strict=True):
        assert 0.9 < one["bytes"] / (made.mebibytes << 20) <= 1


async def test_sockets_dies_and_cores(here: node.Node) -> None:
    """Two sockets of two dies of two cores of two threads."""
    found = await here.ctl("topology")
    dies = [die["cpus"] for one in found["packages"] for die in one["dies"]]

    assert found["cpus"] == "0-15"
    assert [(one["cpus"], one["nodes"]) for one in found["packages"]] == [
        ("0-7", [0, 1]),
        ("8-15", [2, 3]),
    ]
    assert dies == ["0-3", "4-7", "8-11", "12-15"]
    assert [one["cpus"] for one in found["cores"]] == [f"{n}-{n + 1}" for n in range(0, 16, 2)]


async def test_much_memory_apart(bundle: Path) -> None:
    """Memory without CPUs is PMEM, if it is more than nodes with CPUs have on average."""
    with machine.running(bundle, layout.MUCH_APART) as made:
        told = await made.output(f"{filesystem.BUNDLE}/cri-resmgrctl topology -o json")
    found = json.loads(told)["nodes"]

    assert [one["cpus"] for one in found] == ["0", "1", ""]
    assert [one["memory"] for one in found] == ["dram", "dram", "pmem"]


async def test_the_daemon_has_found_the_same(here: node.Node) -> None:
    """Its own page has those sockets and nodes, and a pool for each part of the machine."""
    found = json.loads(await here.page("/introspect"))

    sockets, nodes = found["System"]["Sockets"], found["System"]["Nodes"]

    assert [one["CPUs"] for one in sockets.values()] == ["0-7", "8-15"]
    assert [one["CPUs"] for one in nodes.values()] == [made.cpus for made in FORM.nodes]
    assert found["Pools"].keys() >= {"root", "socket #0", "socket #1", "die #0/0", "die #1/1"}
