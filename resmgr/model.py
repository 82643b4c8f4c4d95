# SPDX-License-Identifier: Apache-2.0
"""Pods and containers as the daemon knows them: plain data, without CRI message or file.

Everything below the front end speaks of these. Units: CPU in milli-CPU, memory in bytes. Identity
is that of the original (resource manager, section 8.3): a container keeps its `cache_id`
(`<pod UID>:<name>`) when it is restarted, while its runtime id changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum


class ContainerState(IntEnum):
    """Where a container stands; the first four have CRI's numbers."""

    CREATED = 0
    RUNNING = 1
    EXITED = 2
    UNKNOWN = 3
    CREATING = 4
    """Allocated; the runtime has not answered yet."""


class Qos(Enum):
    """Quality of service class of a pod; `UNKNOWN` when its cgroup parent does not tell."""

    GUARANTEED = "Guaranteed"
    BURSTABLE = "Burstable"
    BEST_EFFORT = "BestEffort"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a container asks for; `None`: not given. CPU in milli-CPU, memory in bytes."""

    cpu_request: int | None = None
    cpu_limit: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None


@dataclass(frozen=True, slots=True)
class LinuxResources:
    """Resource fields of a CRI request as last known; 0 and empty mean: not set.

    `period` and `quota` in microseconds, `memory_limit` in bytes, CPU and node sets as masks.
    """

    shares: int = 0
    quota: int = 0
    period: int = 0
    memory_limit: int = 0
    cpuset_cpus: int = 0
    cpuset_mems: int = 0


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount of a container."""

    container_path: str
    host_path: str
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """One device of a container; `permissions` of `rwm`."""

    container_path: str
    host_path: str
    permissions: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """Where a device of a container is, as sysfs tells it (sysfs, part B).

    `provider` is the folder that tells, or `kubelet` for what the kubelet asks for. The others are
    lists: of CPUs as the kernel writes them, of ids with commas for NUMA nodes and sockets.
    """

    provider: str
    cpus: str = ""
    numas: str = ""
    sockets: str = ""


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod sandbox."""

    id: str
    uid: str
    name: str
    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    cgroup_parent: str = ""
    qos: Qos = Qos.UNKNOWN
    ready: bool = True


@dataclass(frozen=True)
class Container:
    """One container; `id` is the runtime's and empty until the runtime has answered.

    It has no slots: a step may make hundreds of containers anew, and a dict is copied at once.
    """

    cache_id: str
    pod_id: str
    name: str
    id: str = ""
    state: ContainerState = ContainerState.CREATING
    namespace: str = ""
    image: str = ""
    attempt: int = 0
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    devices: tuple[Device, ...] = ()
    requirements: Requirements = Requirements()
    linux: LinuxResources = LinuxResources()
    tags: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[Hint, ...] = ()

    def having(self, linux: LinuxResources) -> "Container":
        """Give it with other resources; `dataclasses.replace` takes ten times as long."""
        made = object.__new__(Container)
        made.__dict__.update(self.__dict__)
        made.__dict__["linux"] = linux
        return made


def title(pod: Pod, container: Container) -> str:
    """Give the name by which people know a container: `namespace/pod:container`."""
    return f"{pod.namespace}/{pod.name}:{container.name}"
