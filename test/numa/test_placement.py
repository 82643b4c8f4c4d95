# SPDX-License-Identifier: Apache-2.0
"""Policy topology-aware on four NUMA nodes: what the kernel says about containers that run."""

import pytest
from numa import layout, node

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

NODES = layout.FOUR_NODES.cpus_by_node()
SOCKETS = ({0, 1}, {2, 3})


async def test_two_cpus_are_of_one_node(here: node.Node, placed: node.Containers) -> None:
    """A guaranteed container with two CPUs has them on one node, and that node's memory."""
    held = await here.held(placed["two"])
    nodes = {of for of, cpus in NODES.items() if cpus & held.cpus}

    assert len(held.cpus) == 2
    assert len(nodes) == 1
    assert held.mems - {4} == nodes


async def test_exclusive_cpus_are_nobody_elses(here: node.Node, placed: node.Containers) -> None:
    """What is effective for the others has none of them; each has CPUs to run on."""
    held = {name: one.cpus for name, one in (await here.all_held(placed)).items()}

    for alone in ("two", "five"):
        for other in held.keys() - {alone}:
            assert held[other]
            assert not held[alone] & held[other]


async def test_more_than_a_node_has_is_of_one_socket(
    here: node.Node, placed: node.Containers
) -> None:
    """Five CPUs are of both nodes of a socket, and so is the memory, with what is apart there."""
    held = await here.held(placed["five"])
    nodes = {of for of, cpus in NODES.items() if cpus & held.cpus}

    assert len(held.cpus) == 5
    assert nodes in SOCKETS
    assert held.mems == (nodes | {4} if 3 in nodes else nodes)


async def test_memory_of_one_kind(here: node.Node, placed: node.Containers) -> None:
    """Who asks for HBM has the memory apart, and CPUs of the node nearest to it."""
    held = await here.held(placed["fast"])

    assert held.mems == {4}
    assert held.cpus <= NODES[3]


async def test_processes_may_use_what_their_cgroups_say(
    here: node.Node, placed: node.Containers
) -> None:
    """The kernel allows each process what is effective for its cgroup, CPUs and memory."""
    for one in placed.values():
        assert await here.allowed(one) == await here.held(one)
