# SPDX-License-Identifier: Apache-2.0
"""Starts of pods on a node: at the CRI, while its kubelet is stopped, and by the API server."""

import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

from ground import cluster, machine, runtime
from node import kubelet

from resmgr.cri import api_pb2 as api

from . import health

_TICKS = os.sysconf("SC_CLK_TCK")
_LOGS = "/var/log/pods"


class Client:
    """A client of one socket of a node, see `connected`; both share what they have started."""

    def __init__(self, on: machine.Machine, client: kubelet.Kubelet) -> None:
        self._on = on
        self._client = client
        self._started: list[str] = []

    async def start(self) -> float:
        """Start a pod of one container, and give the seconds that its three calls took."""
        pod = self._config(f"bench-{secrets.token_hex(4)}")
        container = api.ContainerConfig(command=["sleep", "2000000000"])
        container.metadata.name = "main"
        container.image.image = "localhost/busybox:1"
        container.linux.resources.cpu_shares = 102
        container.MergeFromString(kubelet.field(11, "main/0.log"))
        began = time.perf_counter()
        answer = await self._client.call("RunPodSandbox", api.RunPodSandboxRequest(config=pod))
        sandbox = api.RunPodSandboxResponse.FromString(answer).pod_sandbox_id
        self._started.append(sandbox)
        request = api.CreateContainerRequest(
            pod_sandbox_id=sandbox, config=container, sandbox_config=pod
        )
        answer = await self._client.call("CreateContainer", request)
        created = api.CreateContainerResponse.FromString(answer).container_id
        await self._client.call("StartContainer", api.StartContainerRequest(container_id=created))
        return time.perf_counter() - began

    async def clear(self) -> None:
        """Remove every pod that was started here."""
        for sandbox in self._started:
            for method, request in (
                ("StopPodSandbox", api.StopPodSandboxRequest(pod_sandbox_id=sandbox)),
                ("RemovePodSandbox", api.RemovePodSandboxRequest(pod_sandbox_id=sandbox)),
            ):
                await self._client.call(method, request)
        self._started.clear()

    def _config(self, name: str) -> api.PodSandboxConfig:
        """What a kubelet with cgroups by systemd says about a pod of class Burstable."""
        config = api.PodSandboxConfig()
        config.metadata.name, config.metadata.uid, config.metadata.namespace = name, name, "bench"
        group = f"kubepods-burstable-pod{name.replace('-', '_')}.slice"
        config.linux.cgroup_parent = f"/kubepods.slice/kubepods-burstable.slice/{group}"
        self._on.path(f"{_LOGS}/{name}/main").mkdir(parents=True)
        config.MergeFromString(kubelet.field(3, f"{_LOGS}/{name}"))
        return config


@contextlib.asynccontextmanager
async def connected(on: machine.Machine, socket: str) -> AsyncIterator[Client]:
    """Connect to a socket of a node; what was started is removed at the end."""
    path = on.path(socket)
    async with kubelet.connected(path, Path()) as client:
        await client.ready()
        made = Client(on, client)
        try:
            yield made
        finally:
            await made.clear()


async def by_api(shoot: cluster.Cluster, on: machine.Machine) -> float:
    """Create a pod for a node; give the seconds until the kernel starts its container's process.

    The pod is gone when this returns. Raises `cluster.Late`.
    """
    name = f"bench-{secrets.token_hex(4)}"
    began = health.now()
    async with shoot.pod(cluster.pod(name, node=on.name)):
        found = await runtime.of_pod(on, name)
    return max(each.started for each in found) / _TICKS - began
