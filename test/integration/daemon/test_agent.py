# SPDX-License-Identifier: Apache-2.0
"""The daemon and the node agent's socket, whether somebody listens there or not."""

import asyncio
from pathlib import Path

import pytest
from node import agents, containerd, daemons

from resmgr.daemon.agentside import agent

NODE = {"kind": "Node", "metadata": {"name": "n", "labels": {"a/b": "c"}}}


async def test_an_agent_that_is_absent(runtime: containerd.Containerd, tmp_path: Path) -> None:
    """It is told once, whatever else goes on, and nothing needs it; it may come later."""
    path = tmp_path / "agent.sock"
    async with daemons.node(runtime, tmp_path, daemons.STATIC, start=False) as node:
        node.daemon.more = [f"--agent-socket={path}"]
        await node.restart()
        pod = await node.kubelet.run_pod("web")
        await node.kubelet.run(pod)
        await node.daemon.logged(f"cannot reach the node agent at {path}")
        before = node.daemon.log.read_text()
        async with agents.serving(path, NODE):
            await node.daemon.logged(f"connected to {path}")

    assert before.count("agent.sock") == 1


async def test_no_agent_is_wanted(static: daemons.Node) -> None:
    """Without a socket for it there is no word about it."""
    await static.kubelet.run(await static.kubelet.run_pod("web"))

    assert "node agent" not in static.daemon.log.read_text()


async def test_what_the_agent_does_for_the_daemon(tmp_path: Path) -> None:
    """The Node object, changes of it, and extended resources, over a real socket."""
    path = tmp_path / "agent.sock"
    async with agents.serving(path, NODE) as served, agents.connected(path) as there:
        client = agent.Agent(agent.Socket(there))
        node = await client.node()
        label = f"/metadata/labels/{agent.pointer('x/y')}"
        await client.patch([{"op": "add", "path": label, "value": "1"}])
        await client.capacity({"example.org/cpus": "3"})

    assert node == NODE
    assert served.patches == [("add", "/metadata/labels/x~1y", '"1"')]
    assert served.capacities == {"example.org/cpus": "3"}


async def test_calls_wait_for_the_agent(tmp_path: Path) -> None:
    """Until their time is up."""
    path = tmp_path / "agent.sock"
    async with agents.connecting(path) as there:
        client = agent.Agent(agent.Socket(there))
        with pytest.raises(agent.AgentError, match="cannot reach"):
            await client.node(timeout=0.1)
        waiting = asyncio.create_task(client.node(), name="waiting")
        await asyncio.sleep(0)
        async with agents.serving(path, NODE):
            node = await waiting

    assert node == NODE
