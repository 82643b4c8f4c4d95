# SPDX-License-Identifier: Apache-2.0
"""The daemon's metrics of containers that run."""

import asyncio
from pathlib import Path

import prometheus_client.parser
from garden import servers
from node import containerd, daemons


async def scrape(port: int) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Give what a Prometheus reads: name -> labels -> value."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    assert " 200 OK" in head
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in prometheus_client.parser.text_string_to_metric_families(body):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in found.setdefault(sample.name, {})
            found[sample.name][labels] = sample.value
    return found


async def test_a_running_container_is_measured(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """Its memory and its CPU time come from the kernel, and go with it."""
    port = servers.free_port()
    pages = {"HTTPEndpoint": f"127.0.0.1:{port}", "PrometheusExport": True}
    async with daemons.node(runtime, tmp_path, {"instrumentation": pages}) as node:
        pod = await node.kubelet.run_pod("measured")
        container = await node.kubelet.run(pod)
        during = await scrape(port)
        await node.kubelet.stop(container)
        await node.kubelet.remove(container)
        after = await scrape(port)

    used = during["cgroup_memory_usage"]
    now = used[("container_id", container), ("type", "Bytes")]
    most = used[("container_id", container), ("type", "MaxBytes")]
    ran = {
        dict(labels)["type"]: value
        for labels, value in during["cgroup_cpu_acct_total"].items()
        if ("container_id", container) in labels and value
    }
    assert 0 < now <= most
    assert ran["CPU"] > 0
    assert not any(container in str(values) for values in after.values())
    assert "cri_resmgr_collector_failures_total" not in after
