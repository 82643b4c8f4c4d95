# SPDX-License-Identifier: Apache-2.0
"""A node gets the DaemonSet, loses it, gets it again; everything else on it stays."""

from collections.abc import AsyncIterator

import pytest
from daemonset import images, installation, look
from ground import cluster, machine, record, runtime

from installer import names

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
async def node(shoot: cluster.Cluster, endures: str) -> AsyncIterator[machine.Machine]:
    """A node with a pod that runs through all of it."""
    on = shoot.machines["node-1"]
    async with shoot.pod(cluster.pod(endures, node=on.name)):
        yield on
    await shoot.until_ready(on.name)


async def test_on_off_on_off(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images, endures: str
) -> None:
    """Enabled, disabled, enabled again, disabled again.

    Each time the kubelet moves and the pod's containers stay the same ones; at the end every file
    outside of our own folders is byte for byte what it was, and those are empty.
    """
    image = installers.give()
    files, containers = record.take(node.disk), await runtime.of_pod(node, endures)
    for _ in range(2):
        on_node = installation.Installation(shoot, node.name)
        try:
            await on_node.apply(image)
            active = await look.until_told(shoot, node.name, "active")
            there = await look.works(node)
            during = await runtime.of_pod(node, endures)
            await on_node.clean_up()
        finally:
            await on_node.delete()

        assert there == "relay"
        assert active.version == installers.version
        assert await look.works(node) == "containerd"
        assert await look.told(shoot, node.name) == look.Told("", "", "")
        assert during == await runtime.of_pod(node, endures) == containers
        assert record.differences(files, record.take(node.disk)) == []
    ours = await node.run("find", *record.OURS, "/run/cri-resmgr", "-mindepth", "1", check=False)
    units = await node.run("systemctl", "list-units", "--all", "--no-legend", "cri-res*")

    assert ours.output == ""
    assert units.output.strip() == "", names.RELAY_UNIT
