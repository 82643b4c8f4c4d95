# SPDX-License-Identifier: Apache-2.0
"""Where each container is: what the policy shows of it, and what the runtime was told.

CPU and node sets are masks. A container that was told no CPUs, or no nodes, may use them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resmgr import cpuset
from resmgr.model import Qos, Requirements
from resmgr.sysfs.machine import Machine, MemoryType

from .records import Record, State
from .run import Simulation


@dataclass(frozen=True, slots=True)
class Placement:
    """One container; `cpus` and `mems` are 0 where it is not pinned."""

    namespace: str
    pod: str
    container: str
    state: State
    qos: Qos
    requirements: Requirements
    init: bool = False
    pool: str = ""
    cpus: int = 0
    exclusive: int = 0
    mems: int = 0
    why: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] | None = None
    refusal: str = ""
    failure: str = ""

    @property
    def name(self) -> str:
        """Namespace, pod and container."""
        return f"{self.namespace}/{self.pod}:{self.container}"

    @property
    def shared(self) -> int:
        """The CPUs that others may use as well."""
        return self.cpus & ~self.exclusive


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as the policy shows it; `below` are the names of its children."""

    name: str
    cpus: int
    mems: int = 0
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placements:
    """Everything on the node at one moment."""

    policy: str
    machine: Machine
    containers: tuple[Placement, ...]
    pools: tuple[Pool, ...]
    updates: int = 0
    """Containers that were updated while they ran, so far."""

    notes: tuple[str, ...] = ()
    cpu_classes: Mapping[str, int] = field(default_factory=dict)
    """CPUs that the policy has put in a class, whatever the class does."""

    @property
    def refused(self) -> tuple[Placement, ...]:
        """Containers that were refused."""
        return tuple(one for one in self.containers if one.state is State.REFUSED)

    @property
    def running(self) -> tuple[Placement, ...]:
        """Containers that run."""
        return tuple(one for one in self.containers if one.state is State.RUNNING)

    @property
    def fine(self) -> bool:
        """Whether every container got what it asks for."""
        return all(
            one.state in {State.RUNNING, State.FINISHED} and not one.failure
            for one in self.containers
        )

    def cpus(self, one: Placement) -> int:
        """Give the CPUs that a container may run on."""
        return one.cpus or self.machine.online

    def mems(self, one: Placement) -> int:
        """Give the nodes that a container may have memory from."""
        return one.mems or nodes_with_memory(self.machine)


def nodes_with_memory(machine: Machine) -> int:
    """Give the NUMA nodes that have memory."""
    nodes = machine.nodes.values()
    return cpuset.of(node.id for node in nodes if node.memory is not MemoryType.NONE)


def of(simulation: Simulation) -> Placements:
    """Tell where everything is now."""
    policy = simulation.policy
    shown = policy.introspect(simulation.engine.policy_state)
    assigned: Mapping[str, Any] = shown.get("Assignments") or {}
    sets = _Sets()
    containers = []
    for record in simulation.records:
        simulation.refresh(record)
        assignment = assigned.get(record.cache_id) if record.state is State.RUNNING else None
        containers.append(_placement(record, assignment or {}, sets))
    return Placements(
        policy=policy.name,
        machine=simulation.kubelet.machine,
        containers=tuple(containers),
        pools=tuple(_pool(name, pool) for name, pool in (shown.get("Pools") or {}).items()),
        updates=simulation.updates,
        notes=tuple(dict.fromkeys(simulation.notes)),
        cpu_classes={
            name: cpus for name, cpus in simulation.engine.cpu_classes.items() if name and cpus
        },
    )


class _Sets:
    """Lists of CPUs as masks; the same ones come again and again."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def __getitem__(self, text: str) -> int:
        mask = self._known.get(text)
        if mask is None:
            mask = self._known[text] = cpuset.parse(text)
        return mask


def _placement(record: Record, assignment: Mapping[str, Any], sets: _Sets) -> Placement:
    cpus = record.linux.cpuset_cpus
    return Placement(
        namespace=record.pod.namespace,
        pod=record.pod.name,
        container=record.spec.name,
        state=record.state,
        qos=record.qos,
        requirements=record.requirements,
        init=record.spec.init,
        pool=str(assignment.get("Pool") or ""),
        cpus=cpus,
        exclusive=sets[assignment.get("ExclusiveCPUs") or ""] & cpus,
        mems=record.linux.cpuset_mems,
        why=record.why,
        environment=record.environment,
        command=record.command,
        refusal=record.refusal,
        failure=record.failure,
    )


def _pool(name: str, shown: Mapping[str, Any]) -> Pool:
    return Pool(
        name=name,
        cpus=cpuset.parse(shown.get("CPUs") or ""),
        mems=cpuset.parse(shown.get("Memory") or ""),
        below=tuple(shown.get("Children") or ()),
    )
