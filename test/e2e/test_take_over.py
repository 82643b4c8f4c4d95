# SPDX-License-Identifier: Apache-2.0
"""A node that the former extension has changed becomes one of ours, and then a plain one.

Its traces are made as Gardener contract 6.9 describes them. The relay that it has left running is
ours under another name: what counts is that a kubelet was on it.
"""

from collections.abc import AsyncIterator

import pytest
from daemonset import images, installation, look
from ground import cluster, gardener, kubelet, machine, node_agent, runtime

from installer import names

pytestmark = pytest.mark.timeout(600)

OLD = "/opt/intel"
UNIT = f"/etc/systemd/system/{names.RELAY_UNIT}"
SOCKET = "/var/run/cri-resmgr/cri-resmgr.sock"
OLD_UNIT = f"""\
[Unit]
Description=A CRI proxy with (hardware) resource aware container placement policies.
Before=kubelet.service
[Service]
Type=simple
EnvironmentFile=-/etc/default/cri-resource-manager
ExecStart={OLD}/cri-resmgr --relay-socket={SOCKET} --relay-dir=/var/lib/old-relay
Restart=on-failure
[Install]
WantedBy=multi-user.target
"""
FILES = {
    "/etc/default/cri-resource-manager": "CONFIG_OPTIONS=--fallback-config\n",
    "/etc/cri-resmgr/fallback.cfg": "policy:\n  Active: topology-aware\n",
    "/etc/cri-resmgr/EXTRA_OPTIONS.cfg": "--metrics-interval=5s\n",
    "/var/lib/cri-resmgr/cache": '{"Version": "1", "Policy": "topology-aware"}\n',
}


@pytest.fixture
async def node(
    shoot: cluster.Cluster, installers: images.Images, endures: str
) -> AsyncIterator[machine.Machine]:
    """A node with these traces, whose kubelet is on the old relay."""
    on = shoot.machines["node-1"]
    unit = node_agent.kubelet_unit(on)
    try:
        await look.put_bundle(on, installers.bundle, OLD)
        for path, text in FILES.items():
            on.disk.write(path, text)
        on.disk.write(UNIT, OLD_UNIT)
        on.disk.write(f"/etc/systemd/system/{kubelet.UNIT}", edited(unit), mode=0o600)
        await on.systemctl("daemon-reload")
        await on.systemctl("enable", "--now", names.RELAY_UNIT)
        await kubelet.restart(on)
        async with shoot.pod(cluster.pod(endures, node=on.name)):
            yield on
    finally:
        await on.systemctl("disable", "--now", names.RELAY_UNIT, check=False)
        await on.run("rm", "-rf", OLD, UNIT, "/var/lib/old-relay", *FILES)
        await node_agent.apply(on, unit)
        await shoot.until_ready(on.name)


def edited(unit: str) -> str:
    """Edit a kubelet's unit as the former extension did."""
    kept = "".join(line for line in unit.splitlines(keepends=True) if "containerd" not in line)
    endpoint = f"--container-runtime-endpoint={SOCKET}"
    return kept.replace("$KUBELET_EXTRA_ARGS", f"{endpoint} \\\n    $KUBELET_EXTRA_ARGS")


async def test_a_node_of_the_former_extension_is_taken_over(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images, endures: str
) -> None:
    """The kubelet's unit is gardener-node-agent's again, and the kubelet on a relay of ours.

    Nothing is left of the old unit and its state; after the removal the node is a plain one.
    """
    before, old = await runtime.of_pod(node, endures), await kubelet.endpoint(node)
    async with installation.brought(shoot, installers.give(), node.name):
        await look.until_told(shoot, node.name, "active")
        works = await look.works(node)
        written, unit = node_agent.kubelet_unit(node), node.path(UNIT).read_text()
        mode = node.path(f"/etc/systemd/system/{kubelet.UNIT}").stat().st_mode & 0o777
        cache = node.path("/var/lib/cri-resmgr/cache").exists()
    after = await runtime.of_pod(node, endures)

    assert old == SOCKET
    assert works == "relay"
    assert f"--container-runtime-endpoint={gardener.CONTAINERD_SOCKET}" in written
    assert names.RELAY_SOCKET not in written
    assert mode == 0o600
    assert "/opt/cri-resmgr/current/" in unit
    assert not cache
    assert await look.works(node) == "containerd"
    assert not node.path(UNIT).exists()
    assert after == before
