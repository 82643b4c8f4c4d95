# SPDX-License-Identifier: Apache-2.0
"""What the agent tells Prometheus while it works on a real API server and a real daemon."""

import asyncio

from garden import servers
from integration.agent.conftest import STATIC, Node
from prometheus_client import parser


async def scraped(port: int) -> dict[tuple[str, ...], float]:
    """Give values by name and the values of labels."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: agent\r\n\r\n")
    head, _, text = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    assert head.startswith("HTTP/1.1 200 OK")
    return {
        (one.name, *one.labels.values()): one.value
        for family in parser.text_string_to_metric_families(text)
        for one in family.samples
    }


async def test_a_configuration_that_is_taken_and_one_that_is_refused(node: Node) -> None:
    """Counted by result, with the generation in force; no label has a name of the cluster."""
    port = servers.free_port()
    node.agent.more = [f"-metrics-address=127.0.0.1:{port}"]
    await node.daemon.start()
    await node.agent.start()
    version = await node.own(STATIC)
    await node.applied(version)
    taken = await scraped(port)
    await node.refused(await node.own({"policy": "Active: nonsense\n"}))
    refused = await scraped(port)

    assert taken["cri_resmgr_agent_configuration_generation",] == int(version)
    assert taken["cri_resmgr_agent_configuration_applied",] == 1
    assert taken["cri_resmgr_agent_daemon_connected",] == 1
    assert taken["cri_resmgr_agent_configurations_total", "taken"] >= 1
    assert refused["cri_resmgr_agent_configurations_total", "refused"] == 1
    assert refused["cri_resmgr_agent_configuration_generation",] == int(version)
    assert refused["cri_resmgr_agent_configuration_applied",] == 0
    assert refused["cri_resmgr_agent_api_requests_total", "WATCH", "200"] >= 4
    assert not [row for row in refused if node.name in row]
