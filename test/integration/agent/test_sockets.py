# SPDX-License-Identifier: Apache-2.0
"""The agent's socket: who may ask, what may be changed of a real Node object."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
from integration.agent.conftest import GROUP, Node
from node import agents

from agent.grpc import client
from agent.net import session
from resmgr.agentapi import report_pb2
from resmgr.daemon.agentside import agent
from resmgr.relay import unary
from resmgr.wire.grpc import codes, statuses

NOBODY = 65534


def connected_as(path: Path, uid: int) -> socket.socket:
    """Give a connection that a process of a user has made."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        return _connected_as(path, uid, ours, theirs)


def _connected_as(
    path: Path, uid: int, ours: socket.socket, theirs: socket.socket
) -> socket.socket:
    child = os.fork()
    if not child:
        try:
            # Folders above are closed to others, so it is looked up from here.
            path.parent.chmod(0o711)
            os.chdir(path.parent)
            os.setegid(uid)
            os.seteuid(uid)
            made = socket.socket(socket.AF_UNIX)
            made.connect(path.name)
            socket.send_fds(theirs, [b"x"], [made.fileno()])
        finally:
            os._exit(0)
    theirs.close()
    _, (descriptor,), _, _ = socket.recv_fds(ours, 1, 1)
    os.waitpid(child, 0)
    return socket.socket(fileno=descriptor)


async def test_the_socket_is_for_root_alone(alone: Node) -> None:
    """By its mode, and by who is at the other end where the mode was loosened."""
    mode = alone.agent.socket.stat().st_mode & 0o777
    alone.agent.socket.chmod(0o666)
    forged = connected_as(alone.agent.socket, NOBODY)
    loop = asyncio.get_running_loop()
    _, link = await loop.create_unix_connection(session.Session, sock=forged)
    with pytest.raises(statuses.CallError) as refused:
        await client.exchange(link, "/v1.Agent/GetNode", b"", 5)
    link.abort("done")
    await alone.agent.logged("refused /v1.Agent/GetNode of user 65534")

    assert mode == 0o600
    assert refused.value.status.code is codes.Code.PERMISSION_DENIED


async def test_what_the_daemon_may_change(alone: Node) -> None:
    """Marks of static-pools come and go; what others have put there stays."""
    path = f"/api/v1/nodes/{alone.name}"
    await alone.api.patch(path, {"spec": {"taints": [{"key": "x", "effect": "NoSchedule"}]}})
    async with agents.connected(alone.agent.socket) as there:
        asked = agent.Agent(agent.Socket(there))
        before = await asked.node()
        taints = before["spec"]["taints"]
        await asked.patch(
            [
                {"op": "add", "path": "/metadata/labels", "value": {}},
                {"op": "add", "path": "/metadata/labels/cmk.intel.com~1cmk-node", "value": "true"},
                {"op": "test", "path": "/spec/taints", "value": taints},
                {
                    "op": "add",
                    "path": "/spec/taints",
                    "value": [*taints, {"key": "cmk", "value": "true", "effect": "NoSchedule"}],
                },
            ]
        )
        await asked.capacity({"cmk.intel.com/exclusive-cores": "3"})
        after = await alone.api.get(path)

    assert after["metadata"]["labels"] == {"cmk.intel.com/cmk-node": "true"}
    assert [one["key"] for one in after["spec"]["taints"]] == ["x", "cmk"]
    assert after["status"]["capacity"] == {"cmk.intel.com/exclusive-cores": "3"}


@pytest.mark.parametrize(
    "patch",
    [
        {"op": "add", "path": f"/metadata/labels/{agent.pointer(GROUP)}", "value": "a"},
        {"op": "add", "path": "/metadata/labels/x", "value": "y"},
        {"op": "remove", "path": "/spec/taints/0"},
        {"op": "add", "path": "/spec/unschedulable", "value": True},
        {"op": "remove", "path": "/metadata/labels"},
    ],
    ids=["its group", "a label of others", "a taint of others", "closed", "all labels"],
)
async def test_what_it_may_not(alone: Node, patch: dict[str, object]) -> None:
    """Whatever else is asked for is refused, and the Node stays as it is."""
    path = f"/api/v1/nodes/{alone.name}"
    before = await alone.api.patch(
        path,
        {
            "metadata": {"labels": {"others": "own"}},
            "spec": {"taints": [{"key": "x", "effect": "NoSchedule"}]},
        },
    )
    async with agents.connected(alone.agent.socket) as there:
        with pytest.raises(agent.AgentError, match="PERMISSION_DENIED: cannot patch node"):
            await agent.Agent(agent.Socket(there)).patch([patch])
    after = await alone.api.get(path)

    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


async def test_warnings_become_events(alone: Node) -> None:
    """Those about a pod are found at the pod, others at the Node; repeats are left out."""
    pod = report_pb2.Event(
        reason="PolicyWarning", message="odd", pod_namespace="default", pod_name="web", pod_uid="u"
    )
    plain = report_pb2.Event(reason="PolicyFailed", message="broken")
    request = report_pb2.EventsRequest(events=[pod, plain, pod], dropped=4)
    async with agents.connected(alone.agent.socket) as there:
        method = "/criresmgr.v1.Report/Events"
        await unary.call(there, method, request.SerializeToString(), timeout=5)
    selector = {"fieldSelector": "involvedObject.name=web"}
    found = await alone.until(
        lambda one: one["items"] and one,
        f"/api/v1/namespaces/default/events?fieldSelector=involvedObject.name={alone.name},"
        "reason=WarningsLeftOut",
    )
    about_pod = await alone.api.get("/api/v1/namespaces/default/events", params=selector)
    about_node = await alone.events()

    assert "4 warnings were left out" in found["items"][0]["message"]
    assert [(one["reason"], one["message"]) for one in about_pod["items"]] == [
        ("PolicyWarning", "odd")
    ]
    assert {one["reason"] for one in about_node} >= {"PolicyFailed", "WarningsLeftOut"}
