# SPDX-License-Identifier: Apache-2.0
"""Adjustments as a shoot owner writes them, and what came of them on a node."""

import contextlib
import json
from typing import Any

from daemonset import waiting
from ground import cluster, machine, runtime

from controller import kube, names

from . import configured

Object = dict[str, Any]


def spec(pod: str, **changes: object) -> Object:
    """Describe changes of the containers of one pod, on whichever node."""
    one = {"key": "pod/name", "operator": "Equals", "values": [pod]}
    return {"scope": [{"nodes": ["node-1"], "containers": [one]}], **changes}


async def write(shoot: cluster.Cluster, name: str, wanted: Object | None) -> Object:
    """Write an Adjustment, or delete it; give it as it is then. Raises `kube.ApiError`."""
    path = f"{configured.ADJUSTMENTS}/{name}"
    async with shoot.client() as client:
        if wanted is None:
            with contextlib.suppress(kube.NotFound):
                await client.delete(path)
            return {}
        body = {
            "apiVersion": "criresmgr.intel.com/v1alpha1",
            "kind": "Adjustment",
            "metadata": {"name": name, "namespace": names.SHOOT_NAMESPACE},
            "spec": wanted,
        }
        return await client.apply(path, body, field_manager="owner")


async def told(shoot: cluster.Cluster, name: str, node: str) -> Object | None:
    """Give what an Adjustment says of a node; None when it says nothing."""
    async with shoot.client() as client:
        obj = await client.get(f"{configured.ADJUSTMENTS}/{name}")
    found: Object | None = obj.get("status", {}).get("nodes", {}).get(node)
    return found


async def until_told(
    shoot: cluster.Cluster, name: str, node: str, *, timeout: float = configured.PATIENCE
) -> Object:
    """Wait until an Adjustment says something of a node; give it. Raises `waiting.Late`."""
    async for _ in waiting.tries(timeout):
        if (found := await told(shoot, name, node)) is not None:
            return found
    said = await configured.log(shoot.machines[node])
    raise waiting.Late(f"Adjustment {name} says nothing of {node} in {timeout:.0f} s\n{said}")


async def until_shares(
    on: machine.Machine, pod: str, wanted: int, *, timeout: float = configured.PATIENCE
) -> runtime.Container:
    """Wait until the kernel has shares for the container `main` of a pod; give the container.

    Raises `waiting.Late`.
    """
    seen = 0
    async for _ in waiting.tries(timeout):
        for each in await runtime.of_pod(on, pod):
            if each.name:
                seen = _shares(on, each)
                if seen == wanted:
                    return each
    raise waiting.Late(f"{pod} on {on.name} has not {wanted} shares in {timeout:.0f} s: {seen}")


def _shares(on: machine.Machine, container: runtime.Container) -> int:
    folder = runtime.cgroup(on, container.id, "cpu")
    return int((folder / "cpu.shares").read_text(encoding="ascii"))


async def until_started(
    on: machine.Machine, pod: str, *, after: runtime.Container, timeout: float = 60.0
) -> runtime.Container:
    """Wait until another container of a pod runs; give it. Raises `waiting.Late`."""
    async for _ in waiting.tries(timeout):
        for each in await runtime.of_pod(on, pod):
            if each.name and each.id != after.id:
                return each
    raise waiting.Late(f"no other container of {pod} runs on {on.name} in {timeout:.0f} s")


async def known(on: machine.Machine, container: str) -> Object:
    """Give what the daemon of a node knows of a container, as its state has it."""
    program = "/opt/cri-resmgr/current/cri-resmgrctl"
    text = (await on.run(program, "state", "dump")).output
    every: dict[str, Object] = json.loads(text)["Containers"]
    (found,) = [each for each in every.values() if each["ID"] == container]
    return found
