# SPDX-License-Identifier: Apache-2.0
"""From an Extension object in a seed to the CPUs of a container on a node, and back to nothing."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from chain import adjusted, chain, configured, standing
from garden import servers, target
from ground import cluster, gardener, kubelet, machine, record, runtime

from controller import names
from installer import names as units

pytestmark = pytest.mark.timeout(900)

STATIC = chain.example("shoot-static.yaml")
RELAY = f"unix://{units.RELAY_SOCKET}"
DAEMON_SETS = "/apis/apps/v1/namespaces/kube-system/daemonsets"
REPORTS = "noderesourcemanagers.criresmgr.intel.com"

Identity = tuple[str, int, int]


@pytest.fixture
async def chained(
    shoot: cluster.Cluster, seed: tuple[servers.Server, Path], archives: Mapping[str, Path]
) -> AsyncIterator[chain.Chain]:
    """Everything from the seed to the nodes, and a pod on each node that was there before."""
    pods = [cluster.pod(f"endures-{node}", node=node) for node in shoot.machines]
    async with shoot.pod(pods[0]), shoot.pod(pods[1]), chain.opened(shoot, *seed, archives) as made:
        yield made


async def enduring(shoot: cluster.Cluster) -> dict[str, tuple[runtime.Container, ...]]:
    """Give the containers of the pods that were there before, node by node."""
    return {
        name: await runtime.of_pod(on, f"endures-{name}") for name, on in shoot.machines.items()
    }


def identities(containers: dict[str, tuple[runtime.Container, ...]]) -> list[Identity]:
    """Give ids, processes and start times."""
    return [(each.id, each.pid, each.started) for node in containers.values() for each in node]


async def endpoints(shoot: cluster.Cluster) -> set[str]:
    """Give the sockets that the kubelets run on."""
    return {await kubelet.endpoint(on) for on in shoot.machines.values()}


def records(shoot: cluster.Cluster) -> dict[str, record.Record]:
    """Read every file of every node but those of our own folders."""
    return {name: record.take(on.disk) for name, on in shoot.machines.items()}


async def ours(on: machine.Machine) -> list[str]:
    """Name what is ours on a node: files in our folders, units, and processes."""
    script = f"""
find {" ".join(record.OURS)} /run/cri-resmgr -mindepth 1
systemctl list-units --all --plain --no-legend 'cri-res*'
pgrep -a cri-res
"""
    return (await on.run("sh", "-c", script, check=False)).output.split("\n")[:-1]


async def brought(shoot: cluster.Cluster) -> set[str]:
    """Name what the extension brought to the shoot: workloads, configurations, definitions."""
    ours = {"labelSelector": f"origin={names.ORIGIN}"}
    async with shoot.client() as client:
        found = [
            await client.get(path, params=ours)
            for path in (DAEMON_SETS, configured.CONFIG_MAPS, target.CRDS)
        ]
    return {each["metadata"]["name"] for one in found for each in one["items"]}


async def test_there_and_back(chained: chain.Chain) -> None:
    """Enabled, the kernel has a container's CPU; disabled, nothing of ours is anywhere.

    But what shoot owners made stays: their Adjustments, with the definition of these.
    """
    shoot, node = chained.shoot, chained.shoot.machines["node-1"]
    files, containers = records(shoot), await enduring(shoot)
    whole = cluster.pod("whole", node="node-1", resources={"cpu": "1", "memory": "64Mi"})

    await chained.enable(STATIC)
    await chained.until_active()
    await chained.until_condition("True", timeout=chain.TIMEOUT)
    relayed = await endpoints(shoot)
    there = await brought(shoot)
    elsewhere = {"scope": [{"nodes": ["node-1"], "containers": []}], "toptierLimit": "1Gi"}
    await adjusted.write(shoot, "kept", elsewhere)
    await adjusted.until_told(shoot, "kept", "node-1")
    async with shoot.pod(whole):
        on_node = [each for each in await runtime.containers(node) if each.name]
    during = await enduring(shoot)
    told = {name: await standing.read(shoot, name) for name in shoot.machines}
    await chained.disable()
    async with shoot.client() as client:
        nodes = [await client.get(f"/api/v1/nodes/{name}") for name in shoot.machines]

    left = await brought(shoot)
    kept = await adjusted.told(shoot, "kept", "node-1")
    await adjusted.write(shoot, "kept", None)

    assert relayed == {RELAY}
    assert {names.AGENT_DAEMONSET, names.INSTALLATION_DAEMONSET, REPORTS} < there
    assert left == {"adjustments.criresmgr.intel.com"}
    assert kept is not None
    assert {each.policy for each in told.values()} == {"static"}
    (pinned,) = [each.cpus for each in on_node if each.pod == "whole"]
    others = [each.cpus for each in on_node if each.pod != "whole"]
    assert pinned.isdecimal()
    assert pinned != "0"
    assert all(pinned not in cpus_of(each) for each in others)
    assert identities(during) == identities(containers)
    assert await enduring(shoot) == containers
    assert await endpoints(shoot) == {gardener.CONTAINERD_SOCKET}
    assert [standing.ours(each) for each in nodes] == [[], []]
    assert [await ours(on) for on in shoot.machines.values()] == [[], []]
    assert await chained.left() == []
    after = records(shoot)
    assert [record.differences(files[name], after[name]) for name in files] == [[], []]


def cpus_of(text: str) -> set[str]:
    """Read a list of CPUs such as 0-2,5."""
    found: set[str] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found |= {str(cpu) for cpu in range(int(first), int(last or first) + 1)}
    return found


async def test_enabled_again_and_changed(chained: chain.Chain) -> None:
    """After a removal all comes back; another `force` rolls the pods and is what the nodes have.

    A container that was there before follows the policy without a restart.
    """
    shoot, node = chained.shoot, chained.shoot.machines["node-1"]
    await chained.enable(STATIC)
    await chained.until_active()
    await chained.disable()
    whole = cluster.pod("whole", node="node-1", resources={"cpu": "1", "memory": "64Mi"})
    async with shoot.pod(whole):
        plain = await runtime.of_pod(node, "whole")
        await chained.enable(STATIC)
        await chained.until_active()
        static = await runtime.of_pod(node, "whole")
        started = await node.main_pid(kubelet.UNIT)
        force = {"force": "policy:\n  Active: none\n"}
        await chained.enable(STATIC | {"configs": STATIC["configs"] | force})
        for name in shoot.machines:
            await standing.until_policy(shoot, name, "none")
        none = await runtime.of_pod(node, "whole")
        restarted = await node.main_pid(kubelet.UNIT) != started

    cpus = [[each.cpus for each in found if each.name] for found in (plain, static, none)]
    assert cpus[0] == cpus[2]
    assert cpus[1] != cpus[0]
    assert len({(each.id, each.started) for each in (*plain, *static, *none)}) == len(plain)
    assert not restarted


async def test_a_node_that_is_given_back_is_named(chained: chain.Chain) -> None:
    """The Extension's condition says which node, and why; a node that is well is not named."""
    node = chained.shoot.machines["node-2"]
    await chained.enable(STATIC)
    await chained.until_active()
    await chained.until_condition("True", timeout=chain.TIMEOUT)
    await node.run(
        "ln", "--symbolic", "--force", "/bin/false", "/opt/cri-resmgr/current/cri-resmgr"
    )
    await node.systemctl("kill", "--signal=KILL", units.RELAY_UNIT)
    message = await chained.until_condition("False", "node-2")

    assert "rolled-back" in message
    assert "failed for good" in message
    assert "node-1" not in message
