# SPDX-License-Identifier: Apache-2.0
"""An engine with policy static and some guaranteed containers, for tests of what is shown of it."""

from collections.abc import Mapping
from typing import Any

from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.model import Container, ContainerState, LinuxResources, Pod, Qos
from resmgr.policy import registry
from resmgr.policy.interface import Constraints
from resmgr.state.changes import Saved

MACHINE = trees.Tree(cores=8, isolated="7").machine()


def pod(name: str, namespace: str = "default") -> Pod:
    """A guaranteed pod."""
    return Pod(f"pod-{name}", f"uid-{name}", name, namespace, qos=Qos.GUARANTEED)


def container(owner: str, name: str = "main", cpus: int = 2) -> Container:
    """A container that asks for whole CPUs, 0 for none."""
    linux = LinuxResources(shares=1024 * cpus or 2, quota=100_000 * cpus, period=100_000)
    return Container("", f"pod-{owner}", name, linux=linux)


def engine(*pods: Pod, policy: str = "static", config: Mapping[str, Any] | None = None) -> Engine:
    """One container called `main` of each pod, which run; their ids begin with `id-`."""
    constraints = Constraints(reserved=cpuset.parse("0"))
    made = Engine(registry.load(policy)(MACHINE, constraints, config or {}), Saved())
    made.start(events.Synchronised((), ()))
    for one in pods:
        made.handle(events.PodStarted(one))
        run(made, one)
    return made


def run(of: Engine, one: Pod, cpus: int = 2) -> None:
    """Let a container of a pod run."""
    created = of.handle(events.ContainerCreating(container(one.name, cpus=cpus), one))
    if created.refusal is None and created.container is not None:
        of.handle(events.ContainerCreated(created.container.cache_id, f"id-{one.name}"))
        of.handle(events.ContainerStarted(f"id-{one.name}"))


def known(of: Engine, name: str) -> Container:
    """Give a container of the pod of this name."""
    found = of.ledger.containers[f"uid-{name}:main"]
    assert found.state is ContainerState.RUNNING
    return found
