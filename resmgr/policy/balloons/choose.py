# SPDX-License-Identifier: Apache-2.0
"""Which type of balloon a container goes to, and which balloon (policies, sections 9.4 and 9.5).

Unlike the original, free CPUs limit what a balloon can grow to in any case, and one that keeps the
reserved CPUs cannot grow: whoever is let in by that finds as many CPUs as it asks for.
"""

from collections.abc import Callable, Mapping
from enum import Enum

from .. import namespaces, scoped
from ..interface import CannotAllocate, Subject
from .state import Balloon, Member, State
from .types import DEFAULT, RESERVED, Type

ANNOTATION = "balloon.balloons.cri-resource-manager.intel.com"
"""Annotation that names a type; of a container or of a pod."""

NEW = ""
"""In place of the name of a balloon: one that has to be made."""


class Way(Enum):
    """A way to find a balloon."""

    SAME_POD = "same pod"
    SAME_NAMESPACE = "same namespace"
    NEW = "new balloon"
    BALANCED = "balanced"
    INFLATED = "balanced and inflated"


def kind(
    types: Mapping[str, Type], reserved: tuple[str, ...], subject: Subject
) -> tuple[Type, str]:
    """Give the type of a container's balloon, and by what; `reserved` are patterns of namespaces.

    Raises `CannotAllocate`.
    """
    wish = scoped.of_container(subject.pod, ANNOTATION, subject.container.name)
    if wish is not None:
        if wish not in types:
            known = ", ".join(types)
            raise CannotAllocate(f'no balloon for annotation "{wish[:60]}", there are {known}')
        return types[wish], "annotation"
    namespace = subject.pod.namespace
    if namespaces.match(reserved, namespace):
        return types[RESERVED], f"namespace {namespace}"
    for type_ in types.values():
        if namespaces.match(type_.namespaces, namespace):
            return type_, f"namespace {namespace}"
    return types[DEFAULT], "no other type"


def balloon(
    types: Mapping[str, Type], state: State, type_: Type, member: Member
) -> tuple[str, str] | None:
    """Give the name of the balloon for a container, or `NEW`, and the way it was found.

    None if there is none that can have the CPUs for it. The balloon of a built-in type is given
    however full it is.
    """
    if type_.built_in:
        return f"{type_.name}[0]", "the only one"
    search = Search(types, state, type_, member)
    for way in ways(type_):
        found = search.by(way)
        if found is not None:
            return found, way.value
    return None


def ways(type_: Type) -> tuple[Way, ...]:
    """Give the ways to find a balloon of a type, in the order in which they count."""
    found = [] if type_.spread_pods else [Way.SAME_POD]
    if type_.per_namespace:
        found += [Way.SAME_NAMESPACE, Way.NEW]
    existing, new = [Way.BALANCED, Way.INFLATED], [Way.NEW]
    found += new + existing if type_.prefer_new else existing + new
    return tuple(dict.fromkeys(found))


def member(subject: Subject) -> Member:
    """Give what counts of a container."""
    request = max(0, subject.container.requirements.cpu_request or 0)
    return Member(subject.pod.id, subject.pod.namespace, request)


class Search:
    """The ways to find a balloon; each gives a name, `NEW`, or None."""

    def __init__(
        self, types: Mapping[str, Type], state: State, type_: Type, member: Member
    ) -> None:
        self._types, self._type, self._member = types, type_, member
        self._all = state.balloons
        self._own = [one for one in state.balloons.values() if one.type == type_.name]
        self._free = state.free.bit_count()

    def by(self, way: Way) -> str | None:
        """Find a balloon in this way."""
        look: Mapping[Way, Callable[[], str | None]] = {
            Way.SAME_POD: self.same_pod,
            Way.SAME_NAMESPACE: self.same_namespace,
            Way.NEW: self.new,
            Way.BALANCED: self.balanced,
            Way.INFLATED: self.inflated,
        }
        return look[way]()

    def same_pod(self) -> str | None:
        """Give the oldest balloon, of whatever type, where the pod has a container."""
        return next(
            (
                one.name
                for one in self._all.values()
                if self._member.pod in one.pods and self.fits(one)
            ),
            None,
        )

    def same_namespace(self) -> str | None:
        """Give the oldest balloon where the namespace has a pod."""
        namespace = self._member.namespace
        fit = (one.name for one in self._own if namespace in one.namespaces and self.fits(one))
        return next(fit, None)

    def new(self) -> str | None:
        """Give an empty balloon, or a new one if there may be one more."""
        empty = next((one.name for one in self._own if not one.members and self.fits(one)), None)
        if empty is not None:
            return empty
        if 0 < self._type.max_balloons <= len(self._own) or self._free < self._type.min_cpus:
            return None
        return NEW if self.fits(Balloon(self._type.name, 0, 0)) else None

    def balanced(self) -> str | None:
        """Give the balloon with most left of the CPUs that it has."""
        most = max(self._own, key=lambda one: one.milli - one.requested, default=None)
        if most is None or most.milli < max(1, most.requested + self._member.request):
            return None
        return most.name

    def inflated(self) -> str | None:
        """Give the balloon with most left of the CPUs that it can have."""
        most = max(self._own, key=lambda one: self.room(one) - one.requested, default=None)
        return most.name if most is not None and self.fits(most) else None

    def room(self, one: Balloon) -> int:
        """Give the milli-CPU that a balloon can have at most."""
        return one.room(self._types[one.type], self._free)

    def fits(self, one: Balloon) -> bool:
        """Tell whether the container fits in a balloon that grows as far as it can."""
        return self.room(one) >= max(1, one.requested + self._member.request)
