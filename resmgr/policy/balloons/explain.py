# SPDX-License-Identifier: Apache-2.0
"""How balloons compare for a container, and where in the tree of CPUs the chosen one grows.

The ways to find a balloon (policies, section 9.5) are tried one after the other, and the first that
gives a balloon decides: what was compared by that way is what the others lost by.
"""

from collections.abc import Iterator
from dataclasses import replace

from ... import cpuset
from ..explain import Candidate, Explanation, Trial
from ..interface import CannotAllocate, Subject
from . import choose
from .choose import Search, Way
from .state import Balloon, Member, State
from .types import Type
from .work import Rules


def explained(
    rules: Rules,
    system: tuple[str, ...],
    state: State,
    subject: Subject,
    trial: Trial[State],
) -> Explanation:
    """Explain what came out of a trial; `system` are patterns of reserved namespaces."""
    try:
        type_, why = choose.kind(rules.types, system, subject)
    except CannotAllocate:
        return trial.explained(f"annotation {choose.ANNOTATION} names no type", ())
    comparison = _Comparison(rules, state, type_, choose.member(subject))
    name = "" if trial.refusal else trial.state.places[subject.container.cache_id]
    candidates = tuple(comparison.candidates(name))
    rule = f"type {type_.name} by {why}"
    if not name:
        return trial.explained(rule, candidates)
    grown = _grown(rules, state, trial.state.balloons[name])
    return replace(trial, text=(*trial.text, *grown)).explained(rule, candidates)


class _Comparison:
    """The balloons there are, and the one that might be made, beside each other."""

    def __init__(self, rules: Rules, state: State, type_: Type, member: Member) -> None:
        self._rules, self._state, self._type, self._member = rules, state, type_, member
        self._search = Search(rules.types, state, type_, member)
        self._ways = choose.ways(type_)
        instance = state.next_instance(type_.name)
        self._made = None if type_.built_in else Balloon(type_.name, instance, -1)

    def candidates(self, chosen: str) -> Iterator[Candidate]:
        """Give all balloons, the oldest first, then the one that might be made."""
        way, scores = self._way(), {}
        every = [*self._state.balloons.values(), *([self._made] if self._made else [])]
        for one in every:
            scores[one.name] = self._scores(one)
        for one in every:
            own, won = scores[one.name], scores.get(chosen, {})
            yield Candidate(
                one.name,
                one.cpus,
                tuple(own.items()),
                chosen=one.name == chosen,
                why=self._why(one, way, own, won, chosen),
            )

    def _way(self) -> Way | None:
        """Give the way that decides."""
        if self._type.built_in:
            return None
        return next((way for way in self._ways if self._search.by(way) is not None), None)

    def _scores(self, one: Balloon) -> dict[str, str]:
        if self._type.built_in:
            return {"type": one.type}
        found = {"type": one.type} if one.type != self._type.name else {}
        for way in self._ways:
            if way is Way.SAME_POD or one.type == self._type.name:
                found[way.value] = self._score(way, one)
        return found

    def _score(self, way: Way, one: Balloon) -> str:
        if one is self._made and way is not Way.NEW:
            return "not there yet"
        member, fits = self._member, self._search.fits(one)
        match way:
            case Way.SAME_POD:
                return _hosts("pod", fits=fits, there=member.pod in one.pods)
            case Way.SAME_NAMESPACE:
                return _hosts("namespace", fits=fits, there=member.namespace in one.namespaces)
            case Way.NEW:
                return self._new(one, fits=fits)
            case Way.BALANCED:
                return f"{one.milli - one.requested}m left"
            case Way.INFLATED:
                return f"{self._search.room(one) - one.requested}m left if it grows"

    def _new(self, one: Balloon, *, fits: bool) -> str:
        if one is not self._made:
            return "in use" if one.members else _room("empty", fits=fits)
        own = sum(other.type == one.type for other in self._state.balloons.values())
        free = self._state.free.bit_count()
        if 0 < self._type.max_balloons <= own:
            return f"cannot be made: there are {own}, and {self._type.max_balloons} at most"
        if free < self._type.min_cpus:
            return f"cannot be made: {self._type.min_cpus} CPUs at least, {free} are free"
        return _room("can be made", fits=fits)

    def _why(
        self, one: Balloon, way: Way | None, own: dict[str, str], won: dict[str, str], chosen: str
    ) -> str:
        if self._type.built_in or way is None:
            return self._fixed(one, chosen)
        if one.name == chosen:
            return f"{way.value}: {own[way.value]}"
        mine = own.get(way.value)
        if mine is None:
            return f"is not of type {self._type.name}"
        if mine == won[way.value]:
            return f"{chosen} is as good by {way.value}, and comes first"
        return f"{chosen} is better by {way.value}: {mine} against {won[way.value]}"

    def _fixed(self, one: Balloon, chosen: str) -> str:
        """Say why where nothing is compared: there is one only, or none that fits."""
        if one.type != self._type.name:
            return f"is not of type {self._type.name}"
        if self._type.built_in:
            return "the only one of its type" if one.name == chosen else "there is no CPU for it"
        if one is self._made:
            return self._score(Way.NEW, one)
        room = self._search.room(one) - one.requested
        return f"has no room: {self._member.request}m wanted, {room}m left if it grows"


def _hosts(what: str, *, fits: bool, there: bool) -> str:
    return _room(f"has a container of the {what}", fits=fits) if there else "no"


def _room(text: str, *, fits: bool) -> str:
    return text if fits else f"{text}, without room for it"


def _grown(rules: Rules, before: State, balloon: Balloon) -> Iterator[str]:
    """Tell where a balloon has found more CPUs: from the whole machine down to the part."""
    former = before.balloons.get(balloon.name)
    held = former.cpus if former else 0
    gained = balloon.cpus & ~held
    if not gained:
        return
    type_ = rules.types[balloon.type]
    descent = rules.sizing.descent(type_)
    prefer = "most" if type_.balance else "fewest"
    yield (
        f"balloon {balloon.name} grows by CPUs {cpuset.show(gained)}: in the smallest part of the"
        f" machine that has as many free, where most of its own are, else {prefer} free ones"
    )
    for node in descent.around(gained):
        free, own = (node.cpus & before.free).bit_count(), (node.cpus & held).bit_count()
        yield f"{node.name}: {free} CPUs free, {own} of the balloon"
