# SPDX-License-Identifier: Apache-2.0
"""What balloons there are, with whom in them. Values never change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .types import Type


@dataclass(frozen=True, slots=True)
class Member:
    """A container; its request is in milli-CPU, 0 without one."""

    pod: str
    namespace: str
    request: int


@dataclass(frozen=True, slots=True)
class Balloon:
    """One balloon; `number` tells which came first."""

    type: str
    instance: int
    number: int
    cpus: int = 0
    near: int = 0
    """The CPUs of which it uses the idle ones as well."""

    requested: int = 0
    members: Mapping[str, Member] = field(default_factory=dict)
    pods: Mapping[str, int] = field(default_factory=dict)
    """How many containers each pod has in it, and each namespace."""

    namespaces: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name for people, `type[instance]`."""
        return f"{self.type}[{self.instance}]"

    @property
    def milli(self) -> int:
        """Its CPUs in milli-CPU."""
        return 1000 * self.cpus.bit_count()

    def holding(self, cache_id: str, member: Member) -> "Balloon":
        """Let a container that is not in it be in it."""
        return replace(
            self,
            requested=self.requested + member.request,
            members={**self.members, cache_id: member},
            pods=_counted(self.pods, member.pod, 1),
            namespaces=_counted(self.namespaces, member.namespace, 1),
        )

    def without(self, cache_id: str) -> "Balloon":
        """Let a container be gone."""
        members = dict(self.members)
        member = members.pop(cache_id)
        return replace(
            self,
            requested=self.requested - member.request,
            members=members,
            pods=_counted(self.pods, member.pod, -1),
            namespaces=_counted(self.namespaces, member.namespace, -1),
        )

    def room(self, type_: Type, free: int) -> int:
        """Give the milli-CPU that it can have at most, with so many free CPUs."""
        if type_.fixed:
            return self.milli
        cpus = self.cpus.bit_count() + free
        return 1000 * min(cpus, type_.max_cpus or cpus)


def _counted(counts: Mapping[str, int], key: str, change: int) -> Mapping[str, int]:
    found = dict(counts)
    found[key] = found.get(key, 0) + change
    if not found[key]:
        del found[key]
    return found


@dataclass(frozen=True, slots=True)
class State:
    """Balloons by name, oldest first, the free CPUs, and where each container is."""

    balloons: Mapping[str, Balloon]
    free: int
    places: Mapping[str, str] = field(default_factory=dict)
    """Name of the balloon by cache id."""

    def of(self, cache_id: str) -> Balloon:
        """Give the balloon of a container. Raises `KeyError`."""
        return self.balloons[self.places[cache_id]]

    def next_instance(self, type_: str) -> int:
        """Give the number of the next balloon of a type: the lowest that none has."""
        used = {one.instance for one in self.balloons.values() if one.type == type_}
        return next(number for number in range(len(used) + 1) if number not in used)

    def allowed(self, balloon: Balloon) -> int:
        """Give the CPUs on which the containers of a balloon run."""
        return balloon.cpus | (self.free & balloon.near)
