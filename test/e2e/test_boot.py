# SPDX-License-Identifier: Apache-2.0
"""A node loses its power while something is under way, or after something has failed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from daemonset import bundles, images, installation, look, waiting
from ground import cluster, machine, record

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
    """Take the power and give it back; tell what the kubelet first works on."""
    await on.cut_power()
    when = datetime.now(UTC)
    await on.start()
    first = await look.until_works(on)
    await shoot.until_ready(on.name, since=when)
    return first


async def test_a_node_that_was_rolled_back(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """It boots on containerd; what failed is tried again, fails again, and is told again."""
    image = installers.give(bundles.Variant("9.3.0", daemon=bundles.EXITS))
    async with installation.brought(shoot, image, node.name):
        first = await look.until_told(shoot, node.name, "rolled-back")
        failures = (await look.status(node))["failures"]
        booted = await cut(shoot, node)

        async def again() -> bool:
            return bool((await look.status(node))["failures"] == failures + 1)

        await waiting.until("it is tried again", again)
        works = await look.until_works(node)
        second = await look.told(shoot, node.name)

    assert (booted, works) == ("containerd", "containerd")
    assert second == first


async def test_in_the_middle_of_an_installation(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """While programs are copied, and while the kubelet is watched: each time the node boots with a
    kubelet that works, and the next pod goes on to the end.
    """

    async def copying() -> bool:
        return bool((await node.run("ls", "/opt/cri-resmgr/versions", check=False)).output)

    async def moved() -> bool:
        return await look.works(node) == "relay"

    async with installation.brought(shoot, installers.give(), node.name):
        await waiting.until("programs are copied", copying)
        early = await cut(shoot, node)
        await waiting.until("the kubelet is on the relay", moved)
        late = await cut(shoot, node)
        await look.until_told(shoot, node.name, "active")
        works = await look.works(node)

    assert early in {"containerd", "relay"}
    assert late == "relay"
    assert works == "relay"
