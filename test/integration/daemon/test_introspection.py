# SPDX-License-Identifier: Apache-2.0
"""What a real daemon tells on its own socket of containers that a real containerd runs."""

import asyncio
import json
import stat
from typing import Any

from node import daemons, kubelet

CPU = 1024


async def ask(node: daemons.Node, path: str) -> Any:
    """Give a page; JSON is read."""
    where = str(node.daemon.introspection_socket)
    reader, writer = await asyncio.open_unix_connection(where)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.startswith("HTTP/1.1 200 ")
    return json.loads(body) if "application/json" in head else body


async def test_a_daemon_tells_what_the_kernel_shows(static: daemons.Node) -> None:
    """The CPUs that it explains are those that the container runs on."""
    pod = await static.kubelet.run_pod("alone", kubelet.GUARANTEED)
    container = await static.kubelet.run(pod, shares=CPU)
    why = await ask(static, f"/explain?container={container[:12]}")
    how = await ask(static, "/status")
    state = await ask(static, "/introspect")
    numbers = await ask(static, "/metrics")

    cpus = kubelet.cpus(pod, container)
    assert why["has"]["cpus"] == cpus == state["Assignments"][container]["ExclusiveCPUs"]
    assert (why["cpus"], why["refusal"]) == (cpus, "")
    assert [one["name"] for one in why["candidates"] if one["chosen"]] == ["ordinary"]
    assert f"has CPUs {cpus} for itself" in why["recorded"][0]["text"]
    assert how["cpus"]["exclusive"] == cpus
    assert (how["runtime"]["name"], how["runtime"]["connected"]) == ("containerd", True)
    assert how["configuration"]["origin"] == "forced configuration"
    assert 'cri_resmgr_decisions_total{policy="static",outcome="decided"}' in numbers


async def test_a_killed_daemon_does_not_leave_its_successor_silent(static: daemons.Node) -> None:
    """The socket that is left is replaced, for root alone; what runs is explained again."""
    pod = await static.kubelet.run_pod("alone", kubelet.GUARANTEED)
    container = await static.kubelet.run(pod, shares=CPU)
    await static.daemon.kill()
    left = static.daemon.introspection_socket.exists()
    await static.restart()
    why = await ask(static, f"/explain?container={container}")
    mode = stat.S_IMODE(static.daemon.introspection_socket.stat().st_mode)
    await static.daemon.end()

    assert (left, mode) == (True, 0o600)
    assert why["has"]["cpus"] == kubelet.cpus(pod, container)
    assert not static.daemon.introspection_socket.exists()
