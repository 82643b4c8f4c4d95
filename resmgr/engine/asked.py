# SPDX-License-Identifier: Apache-2.0
"""What pods ask of us for their containers, whichever policy is at work.

A container can be left untouched, as in the successor project: `preserve` annotations. One whose
CPUs are preserved is unknown to policies: it holds no CPUs, its requests count nowhere, and its
memory nodes are left too, since they would be those of CPUs that it does not have. One whose
memory is preserved is placed as any other, but keeps its memory nodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .. import booleans
from ..config import annotation_keys
from ..intents import (
    AddEnvironment,
    Intent,
    RewriteCommand,
    SetCpuset,
    SetMems,
    SetQuota,
    SetShares,
)
from ..model import Container, LinuxResources, Pod
from ..policy import scoped
from ..policy.interface import Reason


@dataclass(frozen=True, slots=True)
class Asked:
    """For one container; `exports` has the ways in which it wants to be told of its CPUs."""

    cpu_preserved: bool = False
    memory_preserved: bool = False
    exports: frozenset[str] = frozenset()

    @property
    def kept(self) -> tuple[type, ...]:
        """Intents that must not reach the container."""
        if self.cpu_preserved:
            return (SetCpuset, SetMems, SetShares, SetQuota, RewriteCommand, AddEnvironment)
        return (SetMems,) if self.memory_preserved else ()


NOTHING = Asked()


def of(pod: Pod, container: str) -> Asked:
    """Read what a pod asks for a container; a value that makes no sense asks for nothing."""
    if not pod.annotations:
        return NOTHING
    ways = scoped.of_container(pod, annotation_keys.EXPORT, container)
    found = Asked(
        _true(pod, annotation_keys.PRESERVE_CPU, container),
        _true(pod, annotation_keys.PRESERVE_MEMORY, container),
        frozenset((ways or "").casefold().split(",")) & frozenset(annotation_keys.EXPORTS),
    )
    return NOTHING if found == NOTHING else found


def _true(pod: Pod, key: str, container: str) -> bool:
    text = scoped.of_container(pod, key, container)
    return text is not None and booleans.read(text) is True


def allowed(intents: tuple[Intent, ...], asked: Mapping[str, Asked]) -> tuple[Intent, ...]:
    """Give the intents without those that must not reach their containers.

    `asked` has the containers that ask for something, by cache id: few, and mostly none.
    """
    if not any(one.kept for one in asked.values()):
        return intents
    return tuple(
        one
        for one in intents
        if not isinstance(one, asked.get(getattr(one, "container", ""), NOTHING).kept)
    )


def resized(container: Container, asked: Asked, given: LinuxResources) -> Container:
    """Give a container that is resized with what of a request is the kubelet's to say."""
    cpus = given.cpuset_cpus if asked.cpu_preserved else 0
    nodes = given.cpuset_mems if asked.kept else 0
    linux = container.linux
    return container.having(
        LinuxResources(
            linux.shares,
            linux.quota,
            linux.period,
            linux.memory_limit,
            cpus or linux.cpuset_cpus,
            nodes or linux.cpuset_mems,
        )
    )


def reasons(cache_id: str, asked: Asked) -> tuple[Reason, ...]:
    """Tell in words what is left as it is."""
    if not asked.kept:
        return ()
    what = "CPUs and memory nodes" if asked.cpu_preserved else "memory nodes"
    return (Reason(cache_id, f"keeps the {what} that it has: its pod asks for that"),)
