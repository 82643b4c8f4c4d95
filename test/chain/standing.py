# SPDX-License-Identifier: Apache-2.0
"""What nodes tell about themselves, read from their Node objects."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from ground import cluster, machine

from controller import names
from controller.kube import paths

TIMEOUT = 240.0
"""Seconds for a node to get anywhere: to watch a kubelet takes a minute."""

UNITS = (
    "cri-resource-manager.service",
    "cri-resmgr-rescue.service",
    "cri-resmgr-check.service",
)

OWN = "cri-resource-manager.intel.com/"
"""What every label and annotation of the nodes that is ours begins with."""


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
    shoot: cluster.Cluster, name: str, state: str, *, reason: str = "", timeout: float = TIMEOUT
) -> Standing:
    """Wait until a node is in a state, with a reason that has some words in it.

    Raises `cluster.Late` with what all nodes say, and the logs of this one.
    """
    deadline = time.monotonic() + timeout
    while True:
        standing = await read(shoot, name)
        if standing.state == state and reason in standing.reason:
            return standing
        if time.monotonic() > deadline:
            message = f"waited {timeout:.0f} s for {name} to be {state or 'without a state'}"
            late = cluster.Late(f"{message}; it is {standing}")
            late.add_note(await told(shoot, name))
            raise late
        await asyncio.sleep(0.3)


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
