# SPDX-License-Identifier: Apache-2.0
"""The API server is away, or the installer is killed: the node goes its way, or stays as it is."""

import random
from collections.abc import AsyncIterator

import pytest
from daemonset import images, installation, look, waiting
from ground import alone, cluster, machine, node_agent, record

from controller.component import node as nodes

pytestmark = pytest.mark.timeout(900)

PROGRAM = "/root/bundle/cri-resmgr-installer"
KILLS = 10


@pytest.fixture
async def node(shoot: cluster.Cluster, endures: str) -> AsyncIterator[machine.Machine]:
    """A node with a pod; what lies on it and runs on it is the same at the end."""
    async with look.left_as_it_was(shoot, "node-1", endures) as on:
        yield on


async def test_the_api_server_goes_away_during_install_and_removal(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """The node ends both by itself, and tells when it can."""

    async def begun() -> bool:
        return await look.link(node) != ""

    async def active() -> bool:
        return (await look.status(node)).get("state") == "active"

    async def leaving() -> bool:
        return (await node.run("pgrep", "-f", "installer install --remove", check=False)).code == 0

    async def gone() -> bool:
        ours = await node.run("find", "/opt/cri-resmgr", "-mindepth", "1", check=False)
        return ours.output == "" and await look.works(node) == "containerd"

    on_node = installation.Installation(shoot, node.name)
    try:
        await on_node.apply(installers.give())
        await waiting.until("the installation has begun", begun)
        async with alone.alone(shoot, node):
            await waiting.until("the node is done", active)
            works = await look.works(node)
            untold = await look.told(shoot, node.name)
        told = await look.until_told(shoot, node.name, "active")
        await shoot.until_ready(node.name)
        await on_node.apply(phase=nodes.Phase.CLEANUP)
        await waiting.until("the removal has begun", leaving)
        async with alone.alone(shoot, node):
            await waiting.until("nothing of ours is left", gone)
        await on_node.clean_up()
    finally:
        await on_node.delete()

    assert works == "relay"
    assert (untold.state, told.state) == ("", "active")


async def test_the_node_agent_acts_in_the_middle_of_an_installation(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """While the kubelet is watched, its unit is written anew and it is restarted, twice."""
    unit = node_agent.kubelet_unit(node)

    async def moved() -> bool:
        return await look.works(node) == "relay"

    async with installation.brought(shoot, installers.give(), node.name):
        await waiting.until("the kubelet is on the relay", moved)
        await node_agent.label(node, {"example.com/new": "yes"})
        await node_agent.apply(node, unit)
        log = await look.pod_log(node)
        await look.until_told(shoot, node.name, "active")
        works = await look.works(node)

    assert "install: done" not in log
    assert works == "relay"


async def test_an_installer_that_is_killed_leaves_a_node_that_works(
    node: machine.Machine, installers: images.Images
) -> None:
    """Ten times in an installation and ten times in a removal, at random; then both are ended.

    By hand, since the kubelet would wait longer and longer before it started a pod again.
    """
    chance = random.Random(7)  # noqa: S311 -- no secret
    await look.put_bundle(node, installers.bundle, "/root/bundle")
    seen = []
    try:
        for _ in range(KILLS):
            for command, most in (("install", 8.0), ("remove", 4.0)):
                await look.waited(node)
                seconds = f"{chance.uniform(0.1, most):.2f}"
                words = ("timeout", "--signal=KILL", seconds, PROGRAM, command)
                await node.run(*words, check=False, timeout=120)
                seen.append(f"{command} {seconds}: {await look.until_works(node)}")
        await look.waited(node)
        installed = await node.run(PROGRAM, "install", check=False, timeout=240)
        works = await look.works(node)
        removed = await node.run(PROGRAM, "remove", check=False, timeout=120)
    finally:
        await node.run("rm", "-rf", "/root/bundle")

    assert installed.output.startswith("active: "), (installed, seen)
    assert works == "relay", seen
    assert removed.output == "removed\n", (removed, seen)
    left = await node.run("find", *record.OURS, "-mindepth", "1", check=False)
    assert left.output == ""
