# SPDX-License-Identifier: Apache-2.0
"""What of a running daemon can be seen from outside."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from unit.resmgr.daemon import fake_node
from unit.resmgr.daemon.fake_node import Node
from unit.resmgr.daemon.run_daemon import running

PAGES = "instrumentation: {HTTPEndpoint: 127.0.0.1:0, PrometheusExport: true}"


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    """A node of eight CPUs."""
    async with fake_node.node(tmp_path) as made:
        yield made


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
