# SPDX-License-Identifier: Apache-2.0
"""How balloons change: made, filled, resized, emptied, deleted, one after the other in one step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .. import constraints
from ..interface import BadConfiguration
from ..supply import Supply
from .sizing import Sizing
from .state import Balloon, Member, State
from .types import DEFAULT, RESERVED, Type


@dataclass(frozen=True, slots=True)
class Rules:
    """What does not change while a policy is active."""

    types: Mapping[str, Type]
    sizing: Sizing
    supply: Supply


class Work:
    """A state in the making."""

    def __init__(self, rules: Rules, state: State) -> None:
        """Begin with a state, which stays as it is."""
        self.rules = rules
        self._balloons = dict(state.balloons)
        self._places = dict(state.places)
        self.free = state.free

    @property
    def state(self) -> State:
        """What has come out so far."""
        return State(dict(self._balloons), self.free, dict(self._places))

    def balloon(self, name: str) -> Balloon:
        """Give a balloon as it is now."""
        return self._balloons[name]

    def create(self, type_: Type) -> str:
        """Make another balloon of a type, with its least number of CPUs; give its name."""
        number = max((one.number for one in self._balloons.values()), default=-1) + 1
        balloon = Balloon(type_.name, self.state.next_instance(type_.name), number)
        self._balloons[balloon.name] = balloon
        self._take(balloon.name, type_.min_cpus)
        return balloon.name

    def adopt(self, balloon: Balloon) -> None:
        """Let a balloon be there that was there before, with its CPUs and without containers."""
        near = self.rules.sizing.near(self.rules.types[balloon.type], balloon.cpus)
        bare = Balloon(balloon.type, balloon.instance, balloon.number, balloon.cpus, near)
        self._balloons[balloon.name] = bare
        self.free &= ~balloon.cpus

    def put(self, cache_id: str, member: Member, name: str) -> None:
        """Put a container in a balloon, whatever its size."""
        self._balloons[name] = self._balloons[name].holding(cache_id, member)
        self._places[cache_id] = name

    def take_out(self, cache_id: str) -> Member:
        """Take a container out of its balloon, whatever becomes of that."""
        name = self._places.pop(cache_id)
        member = self._balloons[name].members[cache_id]
        self._balloons[name] = self._balloons[name].without(cache_id)
        return member

    def fit(self, name: str, requested: int) -> None:
        """Resize a balloon to what is requested, as far as limits and free CPUs let it."""
        balloon = self._balloons[name]
        type_ = self.rules.types[balloon.type]
        if type_.fixed:
            return
        held = balloon.cpus.bit_count()
        count = constraints.whole(requested)
        count = max(min(count, type_.max_cpus or count), type_.min_cpus)
        count = min(count, held + self.free.bit_count())
        if count > held:
            self._take(name, count - held)
        elif count < held:
            gone = self.rules.sizing.shrink(type_, balloon.cpus, self.free, held - count)
            self._have(name, balloon.cpus & ~gone)
            self.free |= gone

    def settle(self, name: str) -> None:
        """Let a balloon that somebody has left be as large as it has to be, or be deleted."""
        balloon = self._balloons[name]
        type_ = self.rules.types[balloon.type]
        if balloon.members:
            self.fit(name, max(1, balloon.requested))
            return
        others = sum(one.type == type_.name for one in self._balloons.values())
        if not type_.built_in and others > type_.min_balloons:
            del self._balloons[name]
            self.free |= balloon.cpus
        else:
            self.fit(name, 0)

    def _take(self, name: str, count: int) -> None:
        balloon = self._balloons[name]
        type_ = self.rules.types[balloon.type]
        more = self.rules.sizing.grow(type_, balloon.cpus, self.free, count)
        self.free &= ~more
        self._have(name, balloon.cpus | more)

    def _have(self, name: str, cpus: int) -> None:
        balloon = self._balloons[name]
        near = self.rules.sizing.near(self.rules.types[balloon.type], cpus)
        self._balloons[name] = replace(balloon, cpus=cpus, near=near)


def bare(rules: Rules) -> Work:
    """Begin with the two balloons that there always are, without CPUs of their own."""
    work = Work(rules, State({}, rules.supply.free))
    for number, name in enumerate((RESERVED, DEFAULT)):
        fixed = rules.types[name].fixed
        cpus = rules.supply.reserved if fixed else 0
        work.adopt(Balloon(name, 0, number, cpus))
    return work


def fill(work: Work) -> None:
    """Let each type have as many balloons as it has at least. Raises `BadConfiguration`.

    Who is in a balloon that is built in keeps what it requests there.
    """
    problems = []
    for type_ in work.rules.types.values():
        if type_.built_in:
            work.settle(f"{type_.name}[0]")
            there = work.balloon(f"{type_.name}[0]").cpus.bit_count()
            if there < type_.min_cpus:
                problems.append(_few(type_, type_.min_cpus, there))
            continue
        there = sum(one.type == type_.name for one in work.state.balloons.values())
        for _ in range(there, type_.min_balloons):
            free = work.free.bit_count()
            if free < type_.min_cpus:
                problems.append(_few(type_, type_.min_cpus, free))
                break
            work.create(type_)
    if problems:
        raise BadConfiguration("\n".join(problems))


def _few(type_: Type, wanted: int, free: int) -> str:
    return (
        f"policy.balloons: not enough free CPUs for balloon type {type_.name!r}:"
        f" a balloon has {wanted} CPUs at least, {free} are free"
    )
