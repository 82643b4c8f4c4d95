# SPDX-License-Identifier: Apache-2.0
"""What of a running daemon can be seen from outside."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from unit.resmgr.daemon import fake_node, run_daemon
from unit.resmgr.daemon.fake_node import Node
from unit.resmgr.daemon.run_daemon import running

from resmgr.agentapi import agent_pb2
from resmgr.wire.grpc.statuses import CallError

PAGES = "instrumentation: {HTTPEndpoint: 127.0.0.1:0, PrometheusExport: true}"


async def get(port: int, path: str) -> str:
    """Give the body of a page."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer.partition("\r\n\r\n")[2]


async def test_pages_are_served_where_the_configuration_wants_them(node: Node) -> None:
    """Those of the endpoint, with what the daemon knows."""
    async with running(node, PAGES) as daemon:
        state = json.loads(await get(daemon.ports[0], "/introspect"))
        numbers = await get(daemon.ports[0], "/metrics")

    assert state["System"]["Policy"] == "none"
    assert "\ncri_resmgr_runtime_connected 1\n" in numbers


STATIC = "policy: {Active: static, ReservedResources: {CPU: 1}}"


async def ask(node: Node, path: str) -> tuple[int, Any]:
    """Give status and contents of a page of the daemon's own socket."""
    where = str(node.folder / "introspect.sock")
    reader, writer = await asyncio.open_unix_connection(where)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    json_ = "application/json" in head
    return int(head.split()[1]), json.loads(body) if json_ else body


async def test_all_pages_are_on_the_daemons_own_socket(node: Node) -> None:
    """Without any configuration of them."""
    async with running(node, STATIC):
        kubelet = node.client()
        container = await kubelet.create(await kubelet.pod("web"), "main", cpus=2)
        await kubelet.start(container)
        _, first = await ask(node, "/")
        pages = {path: await ask(node, path) for path in first["pages"] if path != "/explain"}
        _, why = await ask(node, "/explain?container=web")

    assert {status for status, _ in pages.values()} == {200}
    assert container in pages["/introspect"][1]["Assignments"]
    assert "cri_resmgr_decisions_total" in pages["/metrics"][1]
    assert 'cri_resmgr_container_exclusive_cpus{namespace="default"' in pages["/metrics"][1]
    assert pages["/status"][1]["cpus"]["exclusive"] == "1-2"
    assert pages["/status"][1]["runtime"] == {
        "name": "containerd",
        "version": "1.7.0",
        "connected": True,
    }
    assert {name: one["up"] for name, one in pages["/status"][1]["serves"].items()} == {
        "relay": True,
        "configuration": True,
        "introspection": True,
    }
    assert pages["/config"][1]["modules"]["policy"]["data"]["Active"] == "static"
    decided = pages["/decisions"][1]["decisions"]
    assert [one["container"] for one in decided] == ["default/web:main"]
    assert why["container"] == "default/web:main"
    assert [one["text"] for one in why["recorded"]] == [one["text"] for one in decided]


async def test_what_is_decided_later_is_waited_for(node: Node) -> None:
    """And a refusal is a decision too."""
    async with running(node, STATIC):
        kubelet = node.client()
        pod = await kubelet.pod("web")
        asked = asyncio.create_task(ask(node, "/decisions?since=0&wait=30"))
        with pytest.raises(CallError):
            await kubelet.create(pod, "main", cpus=99)
        _, page = await asked
        wrong = await ask(node, "/decisions?since=x")

    assert page["decisions"][0]["level"] == "warning"
    assert "refused: cannot allocate 99 exclusive CPUs" in page["decisions"][0]["text"]
    assert wrong[0] == 400


async def test_the_log_names_who_was_refused(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    """By namespace, pod and container, not by ids that only the runtime knows."""
    async with running(node, STATIC):
        kubelet = node.client()
        with pytest.raises(CallError):
            await kubelet.create(await kubelet.pod("web"), "main", cpus=99)

    told = [one for one in caplog.messages if ": refused: " in one]
    assert [one.partition(": ")[0] for one in told] == ["default/web:main"]


async def test_the_pages_follow_a_new_configuration(node: Node) -> None:
    """Also the policy that took over, and what is shown of it."""
    async with running(node, STATIC):
        kubelet = node.client()
        container = await kubelet.create(await kubelet.pod("web"), "main", cpus=2)
        texts = {"policy": "Active: static-plus\nReservedResources: {CPU: 2}"}
        request = agent_pb2.SetConfigRequest(node_name="n", config=texts)
        await node.client("config.sock").call("SetConfig", request, "v1.Config")
        bad = agent_pb2.SetConfigRequest(node_name="n", config={"policy": "Actve: x"})
        await node.client("config.sock").call("SetConfig", bad, "v1.Config")
        _, state = await ask(node, "/introspect")
        _, how = await ask(node, "/status")

    assert state["Assignments"][container]["Pool"] == "exclusive"
    assert how["policy"] == "static-plus"
    assert how["configuration"]["generation"] == 2
    assert how["configuration"]["refused"]["text"].startswith("policy.Actve: unknown key")


async def test_a_daemon_without_a_runtime_says_what_it_waits_for(tmp_path: Path) -> None:
    """Its other pages are not there yet."""
    async with fake_node.node(tmp_path) as node:
        await node.stop_runtime()
        stop = asyncio.Event()
        with run_daemon.starting(node) as daemon:
            life = asyncio.create_task(daemon.run(stop))
            await node.until((node.folder / "introspect.sock").exists)
            _, how = await ask(node, "/status")
            status, _ = await ask(node, "/introspect")
            stop.set()
            await life

    assert (how["state"], status) == ("starting", 503)
    assert how["doing"].startswith("waiting for the runtime at ")


async def test_the_network_shows_no_more_than_before(node: Node) -> None:
    """Why and how are for root alone."""
    async with running(node, PAGES) as daemon:
        answers = [
            await get(daemon.ports[0], path)
            for path in ("/status", "/config", "/explain?container=x", "/decisions")
        ]

    assert answers == [""] * 4


async def test_the_socket_goes_with_the_daemon(node: Node) -> None:
    """Nothing of it is left; with `disabled` there never is one."""
    async with running(node, STATIC):
        there = (node.folder / "introspect.sock").exists()
    gone = not (node.folder / "introspect.sock").exists()
    async with running(node, STATIC, "--introspection-socket=disabled"):
        never = not (node.folder / "introspect.sock").exists()

    assert (there, gone, never) == (True, True, True)
