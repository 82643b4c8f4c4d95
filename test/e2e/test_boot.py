# SPDX-License-Identifier: Apache-2.0
"""A node loses its power while something is under way, or after something has failed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from daemonset import bundles, images, installation, look, waiting
from ground import cluster, gardener, machine, record

from controller.component import node as nodes
from installer import names

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
async def node(shoot: cluster.Cluster) -> AsyncIterator[machine.Machine]:
    """A node whose files are at the end what they were at first."""
    on = shoot.machines["node-2"]
    before = record.take(on.disk)
    yield on

    assert await look.until_works(on) == "containerd"
    assert record.differences(before, record.take(on.disk)) == []
    await shoot.until_ready(on.name)


async def cut(shoot: cluster.Cluster, on: machine.Machine) -> str:
    """Take the power and give it back; tell what the kubelet first works on.

    A pod here sees the boot id of this machine, which stays; of a real one it would see another,
    by which it knows that the kubelet has not been moved lately.
    """
    await on.cut_power()
    on.disk.path(f"{look.STATE}/installer/switched").unlink(missing_ok=True)
    when = datetime.now(UTC)
    await on.start()
    first = await look.until_works(on)
    await shoot.until_ready(on.name, since=when)
    return first


async def test_a_node_that_was_rolled_back(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """It boots on containerd, and tells what it told before."""
    image = installers.give(bundles.Variant("9.3.0", daemon=bundles.EXITS))
    async with installation.brought(shoot, image, node.name) as on_node:
        first = await look.until_told(shoot, node.name, "rolled-back")
        booted = await cut(shoot, node)
        await on_node.until_pod(node.name, cluster.is_ready, what="to be Ready")
        second = await look.told(shoot, node.name)

    assert booted == "containerd"
    assert second == first


async def test_in_the_middle_of_a_change(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """While programs are copied, while the kubelet is watched, and when all is taken away: each
    time the node boots with a kubelet that works, and the next pod goes on to the end.
    """

    async def copying() -> bool:
        return bool((await node.run("ls", "/opt/cri-resmgr/versions", check=False)).output)

    async def leaving() -> bool:
        there = await node.run("cat", gardener.EXTRA_ARGS, check=False)
        return names.ENDPOINT_ARGUMENT not in there.output

    async with installation.brought(shoot, installers.give(), node.name) as on_node:
        await waiting.until("programs are copied", copying)
        early = await cut(shoot, node)
        await look.until_works(node, "relay")
        late = await cut(shoot, node)
        await look.until_told(shoot, node.name, "active")
        works = await look.works(node)
        await on_node.apply(phase=nodes.Phase.CLEANUP)
        await waiting.until("the word is taken away", leaving)
        leaves = await cut(shoot, node)

    assert early in {"containerd", "relay"}
    assert late == "relay"
    assert works == "relay"
    assert leaves == "containerd"
