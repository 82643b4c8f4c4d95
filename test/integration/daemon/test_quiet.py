# SPDX-License-Identifier: Apache-2.0
"""What is right is not warned of: people take each warning for something that is broken."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from node import containerd, daemons, kubelet

from resmgr.daemon.command import describe
from resmgr.daemon.configuring import configuration

DEFAULT: dict[str, Any] = yaml.safe_load(
    describe.default_configuration({}, configuration.UNPRINTED)
)
RIGHT = {"default": DEFAULT, "static": daemons.STATIC}
LOUD = re.compile(r"^[WEF]\d{4} .*", re.MULTILINE)
"""Lines above information; klog begins them with a letter and the date."""

MISSING = (
    "no initial configuration found, defaults are used: nothing is pinned; the node agent"
    " brings one, or --fallback-config names one"
)


def warned(node: daemons.Node) -> list[str]:
    """Give what its log warns of."""
    return [line.partition("] ")[2] for line in LOUD.findall(node.daemon.log.read_text())]


async def live(node: daemons.Node) -> None:
    """Let pods come and go, and the daemon start once more and end."""
    for name, parent, shares in (("web", kubelet.BURSTABLE, 2), ("db", kubelet.GUARANTEED, 1024)):
        pod = await node.kubelet.run_pod(name, parent)
        container = await node.kubelet.run(pod, shares=shares)
        await node.daemon.end()
        await node.restart()
        await node.kubelet.stop(container)
        await node.kubelet.remove_pod(pod)
    await node.daemon.end()


@pytest.mark.parametrize("config", RIGHT.values(), ids=RIGHT)
async def test_a_life_without_warnings(
    runtime: containerd.Containerd, tmp_path: Path, config: dict[str, object]
) -> None:
    """Starts, pods, restarts and ends, with no node agent at the usual socket."""
    async with daemons.node(runtime, tmp_path, config, start=False) as node:
        node.daemon.more = [f"--agent-socket={tmp_path / 'agent.sock'}"]
        await node.restart()
        await live(node)
        log = node.daemon.log.read_text()

    assert warned(node) == []
    assert log.count("up and running") == 3
    assert log.count("cannot reach the node agent") == 3


async def test_a_start_without_configuration(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """Is one warning, with what follows and what helps; everything goes on unpinned."""
    async with daemons.node(runtime, tmp_path) as node:
        pod = await node.kubelet.run_pod("web")
        container = await node.kubelet.run(pod)
        everywhere = Path("/sys/devices/system/cpu/online").read_text().strip()
        pinned = kubelet.cpus(pod, container)

    assert warned(node) == [MISSING]
    assert pinned == everywhere
