# SPDX-License-Identifier: Apache-2.0
"""With which balloons the policy begins: those that were there, as far as they may stay."""

from collections.abc import Callable, Sequence

from ..interface import BadConfiguration, BadState, CannotAllocate, Subject
from . import work
from .saved import Kept
from .state import Balloon, State
from .types import DEFAULT, RESERVED, Type
from .work import Rules, Work

KindOf = Callable[[Subject], Type]
"""Gives the type of a container's balloon. Raises `CannotAllocate`."""


def fresh(rules: Rules) -> State:
    """Give what there is without any container. Raises `BadConfiguration`."""
    begun = work.bare(rules)
    work.fill(begun)
    return begun.state


def same(rules: Rules, kept: Kept, running: Sequence[Subject]) -> State:
    """Go on under the same configuration; those that are not running leave. Raises `BadState`."""
    begun = Work(rules, State({}, rules.supply.free))
    names: set[str] = set()
    for balloon in kept.balloons:
        type_ = rules.types.get(balloon.type)
        if type_ is None or balloon.name in names or not _may_have(begun, type_, balloon):
            raise BadState(f"balloon {balloon.name} of the saved state cannot be as it was")
        begun.adopt(balloon)
        names.add(balloon.name)
    for name in (RESERVED, DEFAULT):
        if f"{name}[0]" not in names:
            raise BadState(f"balloon {name}[0] is missing in the saved state")
    pods = {subject.container.cache_id: subject.pod.id for subject in running}
    left = []
    for cache_id, (name, member) in sorted(kept.members.items()):
        if name not in names:
            raise BadState(f"container {cache_id} of the saved state is in no balloon")
        begun.put(cache_id, member, name)
        if pods.get(cache_id) != member.pod:
            left.append((cache_id, name))
    for cache_id, name in left:
        begun.take_out(cache_id)
        begun.settle(name)
    return begun.state


def _may_have(begun: Work, type_: Type, balloon: Balloon) -> bool:
    """Tell whether a balloon may have its CPUs."""
    if type_.fixed:
        return balloon.instance == 0 and balloon.cpus == begun.rules.supply.reserved
    count = balloon.cpus.bit_count()
    return (
        not balloon.cpus & ~begun.free
        and type_.min_cpus <= count <= (type_.max_cpus or count)
        and not (type_.built_in and balloon.instance)
    )


def changed(rules: Rules, kept: Kept, running: Sequence[Subject], kind: KindOf) -> State:
    """Begin under another configuration, and leave in their balloons all that may stay there.

    Balloons stay that have containers and that their type may have; the others come anew.
    """
    begun = work.bare(rules)
    staying: dict[str, list[Subject]] = {}
    for subject in running:
        cache_id = subject.container.cache_id
        name, member = kept.members.get(cache_id, ("", None))
        if member is not None and member.pod == subject.pod.id and _stays(kind, subject, name):
            staying.setdefault(name, []).append(subject)
    for balloon in kept.balloons:
        type_ = rules.types.get(balloon.type)
        if type_ is None or balloon.name not in staying:
            continue
        if type_.fixed or _may_come(begun, type_, balloon):
            if not type_.fixed:
                begun.adopt(balloon)
            for subject in staying[balloon.name]:
                cache_id = subject.container.cache_id
                begun.put(cache_id, kept.members[cache_id][1], balloon.name)
            begun.settle(balloon.name)
    try:
        work.fill(begun)
    except BadConfiguration:
        # What stays is in the way of what the configuration asks for.
        return fresh(rules)
    return begun.state


def _stays(kind: KindOf, subject: Subject, name: str) -> bool:
    try:
        return kind(subject).name == name.rpartition("[")[0]
    except CannotAllocate:
        return False


def _may_come(begun: Work, type_: Type, balloon: Balloon) -> bool:
    state = begun.state
    count = sum(one.type == type_.name for one in state.balloons.values())
    full = not type_.built_in and 0 < type_.max_balloons <= count
    return not full and _may_have(begun, type_, balloon)
