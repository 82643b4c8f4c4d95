# SPDX-License-Identifier: Apache-2.0
"""A person with root on a real node: preflight, install, status, doctor, remove."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from ground import cluster, gardener, kubelet, machine, record, runtime

from installer import names
from installer.cli import wiring

pytestmark = pytest.mark.timeout(600)

PROGRAM = "/root/bundle/cri-resmgr-installer"
PID = "/run/installer.pid"
RELAY = f"unix://{names.RELAY_SOCKET}"


@pytest.fixture
async def node(shoot: cluster.Cluster, bundle: Path) -> AsyncIterator[machine.Machine]:
    """Give a node with the bundle in root's folder, and a pod that runs through all of it."""
    on = shoot.machines["node-2"]
    target = on.path("/root/bundle")
    await asyncio.to_thread(shutil.copytree, bundle, target, symlinks=True)
    try:
        async with shoot.pod(cluster.pod("endures", node=on.name)):
            yield on
    finally:
        await on.run(PROGRAM, "remove", check=False, timeout=180)
        await asyncio.to_thread(shutil.rmtree, target)
        await shoot.until_ready(on.name)


async def said(on: machine.Machine, *words: str) -> Any:
    """What a command says to a script."""
    return json.loads((await on.run(PROGRAM, *words, "-o", "json", check=False)).output)


async def test_there_and_back(node: machine.Machine) -> None:
    """The kubelet moves, all checks are well, the pod's container is the same; and back again.

    What is outside of our folders is byte for byte what it was.
    """
    before, containers = record.take(node.disk), await runtime.containers(node)
    preflight = await node.run(PROGRAM, "preflight")

    assert " fail " not in preflight.output
    installed = await node.run(PROGRAM, "install", timeout=180)
    assert installed.output.startswith("active: ")
    assert await kubelet.endpoint(node) == RELAY
    assert (await said(node, "status"))["state"] == "active"
    wrong = [check for check in await said(node, "doctor") if check["verdict"] == "wrong"]
    assert wrong == []
    await node.run(PROGRAM, "remove", timeout=180)
    assert await kubelet.endpoint(node) == gardener.CONTAINERD_SOCKET
    assert await runtime.containers(node) == containers
    assert record.differences(before, record.take(node.disk)) == []
    assert not node.path("/var/lib/cri-resmgr/installer").exists()
    left = await node.run("sh", "-c", "ls -A /opt/cri-resmgr /etc/cri-resmgr", check=False)
    assert left.output.split() in ([], ["/etc/cri-resmgr:", "/opt/cri-resmgr:"])


async def test_a_refused_node(node: machine.Machine) -> None:
    """Another endpoint is another's: nothing is touched, and the reason is told."""
    kubelet.set_extra_args(node, "--container-runtime-endpoint=unix:///run/other.sock")
    try:
        refused = await node.run(PROGRAM, "install", check=False, timeout=180)
    finally:
        kubelet.set_extra_args(node)

    assert refused.code == 3
    assert "another container runtime endpoint" in refused.output
    assert not node.path("/opt/cri-resmgr").exists()


PINNING = """\
policy:
  Active: static
  ReservedResources:
    CPU: cpuset:0
"""


async def test_what_a_dead_relay_pinned_is_let_go(
    shoot: cluster.Cluster, node: machine.Machine
) -> None:
    """The rescue gives the kubelet back and cannot do more; a removal lets containers go."""
    before = await runtime.containers(node)
    folder = node.path("/root/configs")
    folder.mkdir()
    (folder / "force.cfg").write_text(PINNING)
    words = ("install", "--static-configs", "/root/configs")
    whole = cluster.pod("whole", node=node.name, resources={"cpu": "1", "memory": "64Mi"})
    try:
        await node.run(PROGRAM, *words, timeout=180)
        async with shoot.pod(whole):
            pinned = await runtime.containers(node)
            await node.run("/opt/cri-resmgr/rescue", "give-back", "a drill")
            rescued = await runtime.containers(node)
            await node.run(PROGRAM, "remove", timeout=180)
            free = await runtime.containers(node)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)

    everywhere = {each.cpus for each in before}
    assert len(everywhere) == 1
    assert rescued == pinned
    assert {each.cpus for each in pinned if each.name} != everywhere
    assert {each.cpus for each in free} == everywhere
    assert [each.id for each in free] == [each.id for each in pinned]


async def until(on: machine.Machine, what: str, holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something on a node, for a minute and a half at most."""
    try:
        async with asyncio.timeout(90):
            while True:
                if await holds():
                    return
                await asyncio.sleep(0.5)
    except TimeoutError:
        told = await said(on, "status")
        pytest.fail(f"{what}: not in time; the installer says {told}")


async def test_what_stays_keeps_the_node(node: machine.Machine) -> None:
    """As a pod's main process it puts right what others do; ended, it leaves the node as it is."""

    async def state(wanted: str) -> bool:
        return bool((await said(node, "status"))["state"] == wanted)

    async def runs() -> bool:
        return (await node.unit_states(names.RELAY_UNIT))[names.RELAY_UNIT] == "active"

    async def has_word() -> bool:
        path = node.path(names.EXTRA_ARGS_PATH)
        return path.exists() and names.ENDPOINT_ARGUMENT in path.read_text()

    async def on_containerd() -> bool:
        return await kubelet.endpoint(node) == gardener.CONTAINERD_SOCKET

    script = f"echo $$ >{PID}; {wiring.NODE_NAME}={node.name} exec {PROGRAM} install"
    process = await asyncio.create_subprocess_exec(
        *node.command("sh", "-c", script), stderr=subprocess.PIPE
    )
    try:
        await until(node, "the kubelet is on the relay", lambda: state("active"))
        await node.systemctl("stop", names.RELAY_UNIT)
        await until(node, "the relay is started again", runs)
        kubelet.set_extra_args(node)
        await until(node, "the word is in its place again", has_word)
        await until(node, "all is well again", lambda: state("active"))

        assert await kubelet.endpoint(node) == RELAY
        await node.run("touch", "/etc/cri-resmgr/disabled")
        await until(node, "the switch gives the kubelet back", on_containerd)
        await until(node, "the installer tells it", lambda: state("disabled"))
    finally:
        await node.run("rm", "--force", "/etc/cri-resmgr/disabled")
        await node.run("sh", "-c", f"kill $(cat {PID})")
        _, lines = await asyncio.wait_for(process.communicate(), 60)
        sys.stderr.write(lines.decode())

    assert process.returncode == 0
    assert "asked to end" in lines.decode()
    assert await state("disabled")
