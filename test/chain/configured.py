# SPDX-License-Identifier: Apache-2.0
"""Configurations of nodes: written and read as a shoot owner does with `kubectl`.

What a node tells is its NodeResourceManager; what is, is read from the kernel (`ground.runtime`).
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from daemonset import waiting
from ground import cluster, machine, runtime

from controller import kube, names
from controller.component import configmaps
from controller.kube import paths

Object = dict[str, Any]

REPORTS = "/apis/criresmgr.intel.com/v1alpha1/noderesourcemanagers"
ADJUSTMENTS = "/apis/criresmgr.intel.com/v1alpha1/namespaces/kube-system/adjustments"
CONFIG_MAPS = "/api/v1/namespaces/kube-system/configmaps"
PODS = "/api/v1/namespaces/kube-system/pods"

PATIENCE = 60.0
"""Seconds for a change to arrive; three are usual, but a watch may just have been cut."""


@dataclass(frozen=True, slots=True)
class Report:
    """The line of one node in `kubectl get nrm`."""

    policy: str
    source: str
    config: str
    """The ConfigMap that counts, without the beginning that all have; empty for none."""

    generation: str
    applied: str
    reason: str
    message: str
    adjustments: tuple[str, ...]


def report(obj: Mapping[str, Any]) -> Report:
    """Read it from a NodeResourceManager."""
    status = obj.get("status") or {}
    chosen = status.get("configuration") or {}
    conditions = {each["type"]: each for each in status.get("conditions") or ()}
    applied = conditions.get("ConfigurationApplied") or {}
    return Report(
        policy=status.get("policy", ""),
        source=status.get("source", ""),
        config=chosen.get("configMap", "").removeprefix(f"{names.CONFIG_MAP_PREFIX}."),
        generation=chosen.get("generation", ""),
        applied=applied.get("status", ""),
        reason=applied.get("reason", ""),
        message=applied.get("message", ""),
        adjustments=tuple(status.get("adjustments") or ()),
    )


async def until(
    shoot: cluster.Cluster,
    node: str,
    holds: Callable[[Report], bool],
    *,
    what: str,
    timeout: float = PATIENCE,
) -> Report:
    """Wait until a node tells something; give it. Raises `waiting.Late` with the agent's log."""
    seen: Report | None = None
    async with shoot.client() as client:
        async for _ in waiting.tries(timeout):
            with contextlib.suppress(kube.NotFound):
                seen = report(await client.get(f"{REPORTS}/{node}"))
                if holds(seen):
                    return seen
    said = await log(shoot.machines[node])
    raise waiting.Late(f"{node} does not tell {what} in {timeout:.0f} s, but {seen}\n{said}")


async def until_applied(
    shoot: cluster.Cluster, node: str, config: str, policy: str, *, timeout: float = PATIENCE
) -> Report:
    """Wait until a node has a policy by a ConfigMap. Raises `waiting.Late`."""

    def holds(seen: Report) -> bool:
        return (seen.config, seen.policy, seen.applied) == (config, policy, "True")

    what = f"{policy} by {config or 'no ConfigMap'}"
    return await until(shoot, node, holds, what=what, timeout=timeout)


async def until_cpus(
    on: machine.Machine, pod: str, cpus: str, *, timeout: float = PATIENCE
) -> runtime.Container:
    """Wait until the kernel has CPUs for the container `main` of a pod. Raises `waiting.Late`."""
    seen: tuple[runtime.Container, ...] = ()
    async for _ in waiting.tries(timeout):
        seen = tuple(each for each in await runtime.of_pod(on, pod) if each.name)
        if [each.cpus for each in seen] == [cpus]:
            return seen[0]
    raise waiting.Late(f"{pod} on {on.name} is not on {cpus} in {timeout:.0f} s: {seen}")


async def write(shoot: cluster.Cluster, type_: str, text: str | None) -> str:
    """Write the ConfigMap of a TYPE with a document, or delete it; give its resourceVersion."""
    async with shoot.client() as client:
        if text is None:
            with contextlib.suppress(kube.NotFound):
                await client.delete(f"{CONFIG_MAPS}/{names.CONFIG_MAP_PREFIX}.{type_}")
            return ""
        (wanted,) = configmaps.build({type_: text})
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": wanted.name, "namespace": names.SHOOT_NAMESPACE},
            "data": dict(wanted.data),
        }
        path = f"{CONFIG_MAPS}/{wanted.name}"
        made = await client.apply(path, body, field_manager="owner")
        return str(made["metadata"]["resourceVersion"])


async def group(shoot: cluster.Cluster, node: str, name: str | None) -> None:
    """Put a node into a group, or into none."""
    labels = {names.NODE_GROUP_LABEL: name}
    async with shoot.client() as client:
        await client.patch(f"{paths.NODES}/{node}", {"metadata": {"labels": labels}})


async def agent(shoot: cluster.Cluster, node: str) -> Object | None:
    """Give the agent's pod of a node; None while there is none."""
    selector = f"app.kubernetes.io/name={names.AGENT_DAEMONSET}"
    async with shoot.client() as client:
        found = await client.get(PODS, params={"labelSelector": selector})
    on_node = [each for each in found["items"] if each["spec"].get("nodeName") == node]
    return next((each for each in on_node if "deletionTimestamp" not in each["metadata"]), None)


async def until_agent(
    shoot: cluster.Cluster,
    node: str,
    holds: Callable[[Object], bool],
    *,
    what: str,
    timeout: float = 180.0,
) -> Object:
    """Wait until something holds of the agent's pod of a node; give it. Raises `waiting.Late`."""
    seen: Object | None = None
    async for _ in waiting.tries(timeout):
        seen = await agent(shoot, node)
        if seen is not None and holds(seen):
            return seen
    status = (seen or {}).get("status")
    raise waiting.Late(f"the agent of {node} is not {what} in {timeout:.0f} s: {status}")


async def log(on: machine.Machine, lines: int = 25) -> str:
    """Give the end of the log of a node's agent."""
    script = "cat /var/log/pods/kube-system_cri-resmgr-agent-*/*/*.log | sort | tail -n "
    return (await on.run("sh", "-c", f"{script}{lines}", check=False)).output
