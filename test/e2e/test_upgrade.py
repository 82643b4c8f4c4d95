# SPDX-License-Identifier: Apache-2.0
"""Another version comes to a node that has one: it is handed over to, or it goes back.

One installation serves all tests of this module; each leaves the node active on some version.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from daemonset import bundles, images, installation, look
from ground import cluster, machine, runtime

from installer import names

pytestmark = pytest.mark.timeout(600)

NODE = "node-1"


@dataclass
class Installed:
    """What is on the node just now, and works."""

    on_node: installation.Installation
    image: str
    version: str

    async def take(self, image: str, version: str) -> None:
        """Have an image be on the node, and active."""
        await self.on_node.apply(image)
        await look.until_told(self.on_node.shoot, NODE, "active", version=version)
        self.image, self.version = image, version


@pytest.fixture(scope="module")
def installed(shoot: cluster.Cluster, installers: images.Images) -> Iterator[Installed]:
    """The installer as it was built, done with its work on the node."""
    made = Installed(installation.Installation(shoot, NODE), "", "")

    async def end() -> None:
        await made.on_node.clean_up()
        await made.on_node.delete()

    asyncio.run(made.take(installers.give(), installers.version))
    yield made
    asyncio.run(end())


@pytest.fixture
async def node(
    shoot: cluster.Cluster, installed: Installed, endures: str
) -> AsyncIterator[machine.Machine]:
    """The node with a pod that runs through all of it; at the end it is active again."""
    async with shoot.pod(cluster.pod(endures, node=NODE)):
        yield shoot.machines[NODE]
        await look.waited(shoot.machines[NODE])
        await installed.take(installed.image, installed.version)


@dataclass(frozen=True)
class Seen:
    """What must not change while the relay does."""

    kubelet: look.Started
    containers: tuple[runtime.Container, ...]

    @classmethod
    async def on(cls, on: machine.Machine, endures: str) -> "Seen":
        """Look at a node."""
        return cls(await look.started(on), await runtime.of_pod(on, endures))


async def test_a_new_version_takes_over_from_the_one_before(
    node: machine.Machine, installed: Installed, installers: images.Images, endures: str
) -> None:
    """The relay is another process of another bundle; kubelet and containers have not noticed."""
    before, relay = await Seen.on(node, endures), await look.started(node, names.RELAY_UNIT)
    current = await look.link(node)
    await installed.take(installers.give(bundles.Variant("0.2.0")), "0.2.0")

    assert await Seen.on(node, endures) == before
    assert await look.started(node, names.RELAY_UNIT) != relay
    assert await look.works(node) == "relay"
    assert (await look.link(node)).startswith("versions/0.2.0-")
    assert await look.link(node, look.PREVIOUS) == current


BROKEN = {
    "exits": (bundles.Variant("9.0.1", daemon=bundles.EXITS), "it failed"),
    "never-ready": (bundles.Variant("9.0.2", daemon=bundles.NEVER_READY), "it failed (timeout)"),
    "no-program": (bundles.Variant("9.0.3", daemon="#!/none\n"), "cannot run the bundle"),
    "lost": (bundles.Variant("9.0.4", lost="components.json"), "components.json"),
    "damaged": (bundles.Variant("9.0.5", damaged="components.json"), "components.json"),
}
"""Name of a case -> what comes, and a word of the reason why it goes again."""


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_version_goes_back_to_the_one_before(
    shoot: cluster.Cluster,
    node: machine.Machine,
    installed: Installed,
    installers: images.Images,
    endures: str,
    case: str,
) -> None:
    """The node tells why, and is served by the version before; the kubelet was not restarted."""
    variant, word = BROKEN[case]
    before, current = await Seen.on(node, endures), await look.link(node)
    await installed.on_node.apply(installers.give(variant))
    told = await look.until_told(shoot, node.name, "rolled-back")
    works = await look.until_works(node)
    async with shoot.pod(cluster.pod("after", node=node.name)):
        after = await Seen.on(node, endures)

    assert word in told.reason
    assert told.reason.endswith(f"; version {installed.version} serves the kubelet")
    assert works == "relay"
    assert after == before
    assert await look.link(node) == current
    left = await node.run("sh", "-c", "ls -A /opt/cri-resmgr/versions")
    assert not [name for name in left.output.split() if variant.version in name]


async def test_a_version_that_freezes_is_left(
    shoot: cluster.Cluster,
    node: machine.Machine,
    installed: Installed,
    installers: images.Images,
    endures: str,
) -> None:
    """It passes the gate, and then answers nothing any more.

    Whoever notices first, the watch or the rescue: the node works, and its containers stay.
    """
    before, current = await Seen.on(node, endures), await look.link(node)
    image = installers.give(bundles.Variant("9.0.6", daemon=bundles.FREEZES))
    await installed.on_node.apply(image)
    await look.until_told(shoot, node.name, "rolled-back")
    await look.until_works(node)

    assert (await Seen.on(node, endures)).containers == before.containers
    assert await look.link(node) == current or await look.works(node) == "containerd"


async def test_an_image_that_cannot_start_changes_nothing(
    node: machine.Machine, installed: Installed, installers: images.Images, endures: str
) -> None:
    """The installer itself is broken: the version before serves on."""
    before, current = await Seen.on(node, endures), await look.link(node)
    image = installers.give(bundles.Variant("9.0.7", lost="_internal/lib.zip"))
    await installed.on_node.apply(image)

    def ended(pod: installation.Object) -> bool:
        return any(each["restartCount"] for each in pod["status"].get("containerStatuses", ()))

    await installed.on_node.until_pod(node.name, ended, what="to end again and again")

    assert await look.works(node) == "relay"
    assert await Seen.on(node, endures) == before
    assert await look.link(node) == current
