# SPDX-License-Identifier: Apache-2.0
"""What is used and what is free, pool by pool and node by node; and how well it all lies.

CPU in milli-CPU where it is not a mask; distances are those of the machine, 10 is a node to itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from resmgr import cpuset
from resmgr.sysfs.machine import Machine

from .placements import Placement, Placements, Pool

_LOCAL = 10


@dataclass(frozen=True, slots=True)
class Use:
    """What of some CPUs is used: `exclusive` by one container each, the rest by requests."""

    name: str
    cpus: int
    containers: int
    exclusive: int
    requested: int
    """Requests of containers that share, milli-CPU."""

    @property
    def free(self) -> int:
        """Milli-CPU that nobody has requested; negative where more is requested than there is."""
        return 1000 * (self.cpus & ~self.exclusive).bit_count() - self.requested


@dataclass(frozen=True, slots=True)
class Quality:
    """How good placements are, over all containers that run."""

    containers: int
    refused: int
    pinned: int
    """Containers with CPUs for themselves."""

    exclusive: int
    """CPUs that belong to one container."""

    spread: float
    """NUMA nodes that a container's CPUs are on, on average."""

    on_one_node: int
    """Containers whose CPUs are all on one NUMA node."""

    local: int
    """Containers whose memory comes from the nodes of their CPUs alone."""

    distance: float
    """Distance from a CPU to the memory of its container, on average."""

    overbooked: int
    """Containers in pools whose containers request more than there is."""

    updates: int


def pools(placed: Placements) -> tuple[Use, ...]:
    """Give the use of each pool; those who are in a pool below use the pools above it as well."""
    members: dict[str, list[Placement]] = {}
    for one in placed.running:
        members.setdefault(one.pool, []).append(one)
    known = {pool.name: pool for pool in placed.pools}
    return tuple(
        use(
            pool.name,
            pool.cpus,
            [one for name in _below(pool, known) for one in members.get(name, ())],
        )
        for pool in placed.pools
    )


def _below(pool: Pool, known: dict[str, Pool]) -> list[str]:
    """Give the names of a pool and of all pools below it."""
    found = [pool.name]
    for name in found:
        children = known[name].below if name in known else ()
        found += [child for child in children if child not in found]
    return found


def whole(placed: Placements) -> Use:
    """Give the use of the whole machine."""
    return use("machine", placed.machine.online, placed.running)


def use(name: str, cpus: int, containers: Iterable[Placement]) -> Use:
    """Add up what containers use of some CPUs."""
    count = exclusive = requested = 0
    for one in containers:
        count += 1
        exclusive |= one.exclusive
        # Who has CPUs of its own requests of the others only what is left.
        wanted = one.requirements.cpu_request or 0
        requested += max(0, wanted - 1000 * one.exclusive.bit_count())
    return Use(name, cpus, count, exclusive & cpus, requested)


def quality(placed: Placements) -> Quality:
    """Judge placements."""
    machine, running = placed.machine, placed.running
    spread = local = single = 0
    far = 0.0
    for one in running:
        cpus, mems = placed.cpus(one), placed.mems(one)
        homes = nodes_of(machine, cpus)
        spread += homes.bit_count()
        single += homes.bit_count() == 1
        local += not mems & ~homes
        far += distance(machine, cpus, mems)
    count = len(running)
    full = {one.name for one in pools(placed) if one.free < 0}
    return Quality(
        containers=count,
        refused=len(placed.refused),
        pinned=sum(bool(one.exclusive) for one in running),
        exclusive=sum(one.exclusive.bit_count() for one in running),
        spread=spread / count if count else 0.0,
        on_one_node=single,
        local=local,
        distance=far / count if count else float(_LOCAL),
        overbooked=sum(one.pool in full for one in running),
        updates=placed.updates,
    )


def nodes_of(machine: Machine, cpus: int) -> int:
    """Give the NUMA nodes that CPUs are on, as a mask."""
    return cpuset.of(node.id for node in machine.nodes.values() if node.cpus & cpus)


def distance(machine: Machine, cpus: int, mems: int) -> float:
    """Give the average distance from these CPUs to these memory nodes."""
    total = weight = 0
    targets = list(cpuset.ids(mems))
    for node in machine.nodes.values():
        here = (node.cpus & cpus).bit_count()
        if here:
            for other in targets:
                total += here * node.distances.get(other, _LOCAL)
                weight += here
    return total / weight if weight else float(_LOCAL)
