# SPDX-License-Identifier: Apache-2.0
"""Before a real containerd, beside running containers: each call in turns, directly and not."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

from node import kubelet

from . import daemon, results

POLICY = "topology-aware"
RUNNING = 30

CREATE, REMOVE = "CreateContainer", "RemoveContainer"

_CONFIG = {"policy": {"Active": POLICY, "ReservedResources": {"CPU": "750m"}}}


async def measure(
    runtime: Path, folder: Path, byte_code: Path, turns: int
) -> AsyncIterator[results.Beside]:
    """Create and remove containers that do not run, beside running ones in the same pod."""
    (folder / "config").write_text(json.dumps(_CONFIG), encoding="utf-8")
    (folder / "state").mkdir()
    logs = folder / "logs"
    async with (
        kubelet.connected(folder / "relay.sock", logs) as relayed,
        kubelet.connected(runtime, logs) as direct,
    ):
        started = await daemon.start(folder, relayed, byte_code, f"--runtime-socket={runtime}")
        try:
            await direct.ready()
            pod = await relayed.run_pod("beside")
            for number in range(RUNNING):
                await relayed.run(pod, f"running-{number}")
            taken: dict[str, dict[kubelet.Kubelet, list[float]]] = {
                name: {direct: [], relayed: []} for name in (CREATE, REMOVE)
            }
            for turn in range(turns):
                for client in (direct, relayed):
                    config = client.container_config(f"turn-{turn}-{client is direct:d}")
                    began = time.perf_counter()
                    container = await client.create(pod, config)
                    created = time.perf_counter()
                    await client.remove(container)
                    taken[CREATE][client].append(created - began)
                    taken[REMOVE][client].append(time.perf_counter() - created)
            for name, sides in taken.items():
                yield results.Beside(name, tuple(sides[direct]), tuple(sides[relayed]))
            await relayed.remove_pod(pod)
            kubelet.remove_cgroups([pod])
        finally:
            relayed.close()
            started.end()
