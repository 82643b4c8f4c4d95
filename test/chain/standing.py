# SPDX-License-Identifier: Apache-2.0
"""What nodes tell about themselves, read from their Node objects."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ground import cluster, machine

from controller import names
from controller.kube import paths
from installer import units

TIMEOUT = 240.0
"""Seconds for a node to get anywhere: to watch a kubelet takes a minute."""

UNITS = tuple(units.texts())
"""The journals that a failure is told with."""

OWN = "cri-resource-manager.intel.com/"
"""What every label and annotation of the nodes that is ours begins with."""


_POLL = 0.3


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one node stands; empty texts are labels or annotations that are not there."""

    state: str
    reason: str
    version: str
    policy: str


def of(node: dict[str, Any]) -> Standing:
    """Read it from a Node."""
    metadata = node["metadata"]
    annotations = metadata.get("annotations") or {}
    return Standing(
        state=(metadata.get("labels") or {}).get(names.NODE_STATE_LABEL, ""),
        reason=annotations.get(names.NODE_REASON_ANNOTATION, ""),
        version=annotations.get(f"{OWN}version", ""),
        policy=annotations.get(f"{OWN}policy", ""),
    )


def ours(node: dict[str, Any]) -> list[str]:
    """Name the labels and annotations of a Node that are ours."""
    metadata = node["metadata"]
    found = {*(metadata.get("labels") or {}), *(metadata.get("annotations") or {})}
    return sorted(name for name in found if name.startswith(OWN))


async def read(shoot: cluster.Cluster, name: str) -> Standing:
    """Read where a node stands."""
    async with shoot.client() as client:
        return of(await client.get(f"{paths.NODES}/{name}"))


async def until_state(
    shoot: cluster.Cluster, name: str, state: str, *, timeout: float = TIMEOUT
) -> Standing:
    """Wait until a node is in a state (empty: in none). Raises `cluster.Late`, see `until`."""
    what = f"to be {state or 'without a state'}"
    return await until(shoot, name, lambda seen: seen.state == state, what, timeout=timeout)


async def until_policy(
    shoot: cluster.Cluster, name: str, policy: str, *, timeout: float = TIMEOUT
) -> Standing:
    """Wait until an active node tells a policy. Raises `cluster.Late`, see `until`."""

    def holds(seen: Standing) -> bool:
        return (seen.state, seen.policy) == ("active", policy)

    return await until(shoot, name, holds, f"to have policy {policy}", timeout=timeout)


async def until(
    shoot: cluster.Cluster,
    name: str,
    holds: Callable[[Standing], bool],
    what: str,
    *,
    timeout: float = TIMEOUT,
) -> Standing:
    """Wait until a node stands so. Raises `cluster.Late` with what the node and our pod say."""
    deadline = time.monotonic() + timeout
    while True:
        standing = await read(shoot, name)
        if holds(standing):
            return standing
        if time.monotonic() > deadline:
            late = cluster.Late(f"waited {timeout:.0f} s for {name} {what}; it is {standing}")
            late.add_note(await told(shoot, name))
            raise late
        await asyncio.sleep(_POLL)


async def told(shoot: cluster.Cluster, *only: str) -> str:
    """Give what nodes (all if none is named) and our pods on them say, for a test that failed."""
    said = []
    for name in only or shoot.machines:
        on = shoot.machines[name]
        said.append(f"-- {name}: {await read(shoot, name)}")
        if on.on:
            said += [await _logs(on), await on.journal(*UNITS, lines=25)]
    return "\n".join(said)


async def _logs(on: machine.Machine) -> str:
    """Read the logs of our pods where the node keeps them."""
    script = "tail -n 40 /var/log/pods/kube-system_cri-resmgr-installation-*/*/*.log"
    return (await on.run("sh", "-c", script, check=False)).output
