# SPDX-License-Identifier: Apache-2.0
"""A node that is on the relay stays there, whatever Gardener and people do to it.

One installation serves all tests of this module; each leaves the node active.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from daemonset import images, installation, look, waiting
from ground import cluster, kubelet, machine, node_agent, runtime

from installer import names

pytestmark = pytest.mark.timeout(600)

NODE = "node-2"
LABEL = "example.com/chosen"


@pytest.fixture(scope="module")
def on_node(
    shoot: cluster.Cluster, installers: images.Images
) -> Iterator[installation.Installation]:
    """The installer, done with its work on the one node that it is for."""
    made = installation.Installation(shoot, NODE)

    async def begin() -> None:
        await look.label(shoot, NODE, {LABEL: "yes"})
        await made.apply(installers.give(), node_selector={LABEL: "yes"})
        await look.until_told(shoot, NODE, "active")

    async def end() -> None:
        await made.clean_up()
        await made.delete()
        await look.label(shoot, NODE, {LABEL: None})

    asyncio.run(begin())
    yield made
    asyncio.run(end())


@pytest.fixture
async def node(on_node: installation.Installation, endures: str) -> AsyncIterator[machine.Machine]:
    """The node with a pod that runs through all of it; at the end it is active again."""
    shoot = on_node.shoot
    on = shoot.machines[NODE]
    async with shoot.pod(cluster.pod(endures, node=NODE)):
        yield on
        await look.waited(on)
        await look.until_told(shoot, NODE, "active")
        assert await look.until_works(on) == "relay"


async def test_the_node_agent_rewrites_the_kubelets_unit(
    node: machine.Machine, endures: str
) -> None:
    """The kubelet starts with the new unit, and is on the relay without anybody's help."""
    unit, before = node_agent.kubelet_unit(node), await runtime.of_pod(node, endures)
    await node_agent.label(node, {"example.com/new": "yes"})
    arguments = await node.arguments(kubelet.UNIT)
    works = await look.works(node)
    written = node_agent.kubelet_unit(node)
    await node_agent.apply(node, unit)

    assert "--node-labels=example.com/new=yes" in arguments
    assert works == "relay"
    assert "example.com/new" in written
    assert names.RELAY_SOCKET not in written
    assert await runtime.of_pod(node, endures) == before


async def test_the_node_agent_replaces_the_kubelet(
    shoot: cluster.Cluster, node: machine.Machine, endures: str
) -> None:
    """After an upgrade in place the new kubelet is on the relay, and pods come and go."""
    before = await runtime.of_pod(node, endures), await look.started(node)
    await node_agent.replace_kubelet(node)
    async with shoot.pod(cluster.pod("beside", node=NODE)):
        after = await runtime.of_pod(node, endures), await look.started(node)

    assert await look.works(node) == "relay"
    assert after[0] == before[0]
    assert after[1] != before[1]


async def test_a_configuration_comes_with_another_pod(
    shoot: cluster.Cluster, node: machine.Machine, on_node: installation.Installation, endures: str
) -> None:
    """It rolls the DaemonSet and restarts the relay; the kubelet stays as it is."""
    before = await runtime.of_pod(node, endures), await look.started(node)
    relay = await look.started(node, names.RELAY_UNIT)
    pods = [pod["metadata"]["uid"] for pod in await on_node.pods(NODE)]
    text = "policy:\n  Active: none\nlogger:\n  Debug: resource-manager\n"
    await on_node.apply(configs={"fallback": text})
    await on_node.until_pod(NODE, cluster.is_ready, what="to be Ready")
    await look.until_told(shoot, NODE, "active")

    assert [pod["metadata"]["uid"] for pod in await on_node.pods(NODE)] != pods
    assert node.path("/etc/cri-resmgr/fallback.cfg").read_text() == text
    assert await look.started(node, names.RELAY_UNIT) != relay
    assert (await runtime.of_pod(node, endures), await look.started(node)) == before


async def test_a_person_switches_it_off_over_a_reboot(
    shoot: cluster.Cluster, node: machine.Machine
) -> None:
    """The node is on containerd while the file is there, also after a power cut; then back."""
    await node.run("touch", "/etc/cri-resmgr/disabled")
    await look.until_works(node, "containerd")
    told = await look.until_told(shoot, NODE, "disabled")
    await node.cut_power()
    cut = datetime.now(UTC)
    await node.start()
    await shoot.until_ready(NODE, since=cut)
    booted = await look.until_works(node)
    still = await look.until_told(shoot, NODE, "disabled")
    await node.run("rm", "/etc/cri-resmgr/disabled")
    back = await look.until_works(node, "relay")

    assert "a person has switched it off" in told.reason
    assert (booted, still.state, back) == ("containerd", "disabled", "relay")


@pytest.mark.parametrize("how", ["reboot", "power cut"])
async def test_a_boot_ends_on_the_relay(
    shoot: cluster.Cluster, node: machine.Machine, how: str, endures: str
) -> None:
    """The kubelet is started on the relay at once; no pod of ours has to help."""
    if how == "reboot":
        await node.stop()
    else:
        await node.cut_power()
    off = datetime.now(UTC)
    await node.start()
    first = await look.until_works(node)
    await shoot.until_ready(NODE, since=off)
    await runtime.until_runs(node, endures)

    assert first == "relay"


async def test_a_pod_that_is_killed_changes_nothing(
    node: machine.Machine, on_node: installation.Installation
) -> None:
    """Its successor finds everything done: neither kubelet nor relay is restarted."""
    units = (kubelet.UNIT, names.RELAY_UNIT)
    before = [await look.started(node, unit) for unit in units]
    await node.run("pkill", "--signal=KILL", "--full", "cri-resmgr-installer install")

    async def again() -> bool:
        (pod,) = await on_node.pods(NODE)
        (status,) = pod["status"]["containerStatuses"]
        return bool(status["restartCount"]) and cluster.is_ready(pod)

    await waiting.until("the pod runs again", again)

    assert [await look.started(node, unit) for unit in units] == before


async def test_a_node_that_is_no_longer_selected_is_cleaned_up(
    shoot: cluster.Cluster, node: machine.Machine, on_node: installation.Installation, endures: str
) -> None:
    """The pod that is there takes everything away; selected again, the node gets it back."""
    before = await runtime.of_pod(node, endures)
    await look.label(shoot, NODE, {LABEL: "no"})
    await look.until_told(shoot, NODE, "")
    without = await look.until_works(node)
    there = await node.run("ls", "-A", "/opt/cri-resmgr", "/var/lib/cri-resmgr")
    await on_node.until_pod(NODE, cluster.is_ready, what="to be Ready")
    await look.label(shoot, NODE, {LABEL: "yes"})
    await look.until_works(node, "relay")

    assert without == "containerd"
    assert there.output.split() == ["/opt/cri-resmgr:", "/var/lib/cri-resmgr:"]
    assert await runtime.of_pod(node, endures) == before
