# SPDX-License-Identifier: Apache-2.0
"""What is to be done to containers and CPUs, as data: intents, not mechanisms.

Policies and controllers return them, the engine orders them, `effects` carries them out (shrinking
comes before growing; one that fails comes back to the engine as an event). Each names a container
by its `cache_id`. CPU and node sets are masks (`cpuset`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetCpuset:
    """Pin a container to CPUs; 0 leaves what it has."""

    container: str
    cpus: int


@dataclass(frozen=True, slots=True)
class SetMems:
    """Bind a container's memory to NUMA nodes; 0 leaves what it has."""

    container: str
    nodes: int


@dataclass(frozen=True, slots=True)
class SetShares:
    """Give a container CPU shares (2 to 262144)."""

    container: str
    shares: int


@dataclass(frozen=True, slots=True)
class SetQuota:
    """Limit a container's CPU time: `quota` of each `period`, microseconds; quota -1: no limit."""

    container: str
    quota: int
    period: int


@dataclass(frozen=True, slots=True)
class SetMemoryLimit:
    """Limit a container's memory, bytes."""

    container: str
    limit: int


@dataclass(frozen=True, slots=True)
class RewriteCommand:
    """Replace command and arguments of a container that is being created."""

    container: str
    command: tuple[str, ...]
    args: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddEnvironment:
    """Add variables to a container that is being created; order kept, later ones win."""

    container: str
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AssignCpuClass:
    """Put CPUs into a class of the `cpu` controller."""

    cpus: int
    name: str


@dataclass(frozen=True, slots=True)
class SetTopTierLimit:
    """Limit how much of the fastest memory a container should use, bytes; -1: no limit."""

    container: str
    limit: int


@dataclass(frozen=True, slots=True)
class ExportData:
    """What a container may read about itself (`resources.sh`): keys and values, sorted."""

    container: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind the policy of a container in so many seconds; the last one for a container counts.

    Asked for anew at each start. A policy that does so is `policy.interface.Reminded`.
    """

    container: str
    seconds: float


ContainerIntent = (
    SetCpuset
    | SetMems
    | SetShares
    | SetQuota
    | SetMemoryLimit
    | SetTopTierLimit
    | RewriteCommand
    | AddEnvironment
    | ExportData
    | Remind
)

Intent = ContainerIntent | AssignCpuClass
