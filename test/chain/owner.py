# SPDX-License-Identifier: Apache-2.0
"""A shoot owner with two nodes on which everything is: the resource manager, and an agent each.

On each node runs one pod that wants a CPU of its own: its CPUs show what is in force.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from daemonset import look
from garden import servers
from ground import cluster, machine, runtime

from . import chain, configured

NONE = "policy:\n  Active: none\n"
FIRST = "policy:\n  Active: static\n  ReservedResources:\n    CPU: cpuset:0\n"
"""Whoever wants a CPU of its own has CPU 1."""

SECOND = FIRST.replace("cpuset:0", "cpuset:1")
"""The other way round."""

STATIC_PLUS = FIRST.replace("Active: static", "Active: static-plus")
ALL = "0-1"
NUMBERS = (1, 2)

Identities = list[tuple[str, str, int, int]]


@dataclass(frozen=True, slots=True)
class Owner:
    """What a shoot owner has at hand; nodes are told by their number."""

    chained: chain.Chain

    @property
    def shoot(self) -> cluster.Cluster:
        """Control plane and nodes."""
        return self.chained.shoot

    def node(self, number: int) -> machine.Machine:
        """Give a node."""
        return self.shoot.machines[f"node-{number}"]

    async def have(self, configs: Mapping[str, str]) -> None:
        """Write configs into the Shoot, TYPE -> text."""
        provider = chain.example("shoot-static.yaml")
        await self.chained.enable(provider | {"configs": dict(configs)})

    async def until_applied(self, number: int, config: str, policy: str) -> configured.Report:
        """Wait until a node has a policy by a ConfigMap."""
        return await configured.until_applied(self.shoot, f"node-{number}", config, policy)

    async def until_pinned(self, number: int, cpus: str) -> runtime.Container:
        """Wait until the container that wants a CPU of its own has these; give it."""
        return await configured.until_cpus(self.node(number), pinned(number), cpus)

    async def identities(self) -> Identities:
        """Give names, ids, processes and start times of the pods that run through all of it."""
        found = [await runtime.of_pod(self.node(number), pinned(number)) for number in NUMBERS]
        return [(each.pod, each.id, each.pid, each.started) for one in found for each in one]


def pinned(number: int) -> str:
    """Name the pod of a node that wants a CPU of its own."""
    return f"pinned-{number}"


@contextlib.asynccontextmanager
async def owning(
    shoot: cluster.Cluster, seed: tuple[servers.Server, Path], archives: Mapping[str, Path]
) -> AsyncIterator[Owner]:
    """Both nodes with their kubelet on the relay, an agent on each, and policy none.

    Whether the installer is content with a node is not waited for. At the end all has gone.
    """
    whole = {"cpu": "1", "memory": "64Mi"}
    pods = [cluster.pod(pinned(n), node=f"node-{n}", resources=whole) for n in NUMBERS]
    async with (
        shoot.pod(pods[0]),
        shoot.pod(pods[1]),
        chain.opened(shoot, *seed, archives) as made,
    ):
        owner = Owner(made)
        await owner.have({"default": NONE})
        for on in shoot.machines.values():
            await look.until_works(on, "relay")
        yield owner
