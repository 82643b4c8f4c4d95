# SPDX-License-Identifier: Apache-2.0
"""Why a container is placed as it is: one form for all policies.

An explanation is worked out from a state in which the container has nothing, and changes nothing.
Which one is chosen is never told from memory of a decision: it is what `allocate` does now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from .. import cpuset
from ..intents import SetCpuset, SetMems
from .interface import CannotAllocate, Policy, Subject

S = TypeVar("S")

Scores = tuple[tuple[str, str], ...]
"""What was compared, in the order in which it counts, each with its value in words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place where a container might go; `cpus` is a mask of the CPUs that there are.

    `why` says of the chosen one what made it the best, and of each other one by which comparison it
    lost, or why it could not have been it.
    """

    name: str
    cpus: int
    scores: Scores = ()
    chosen: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a container gets what it gets.

    `rule` is what decided where to look: a rule, annotation, type or pool, and where that comes
    from. `cpus` and `mems` are the masks that the container would run with, 0 where the policy
    leaves them. `text` are the decisions in words. Nobody is chosen where there is a `refusal`.
    """

    rule: str
    candidates: tuple[Candidate, ...] = ()
    text: tuple[str, ...] = ()
    cpus: int = 0
    mems: int = 0
    refusal: str = ""

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that the container goes to."""
        return next((one for one in self.candidates if one.chosen), None)


@runtime_checkable
class Explains(Protocol):
    """A policy that can explain itself."""

    def explain(self, state: Any, subject: Subject, /) -> Explanation:
        """Tell what `allocate` would do with a container that has nothing, and why.

        What is refused is explained as well. Raises nothing that `allocate` does not raise.
        """


@dataclass(frozen=True, slots=True)
class Trial(Generic[S]):
    """What `allocate` would do: the state after it, or the words of its refusal."""

    state: S
    text: tuple[str, ...] = ()
    cpus: int = 0
    mems: int = 0
    refusal: str = ""

    def explained(self, rule: str, candidates: tuple[Candidate, ...]) -> Explanation:
        """Make the explanation."""
        return Explanation(rule, candidates, self.text, self.cpus, self.mems, self.refusal)


def attempt(policy: Policy[S], state: S, subject: Subject) -> Trial[S]:
    """Allocate in a state that nobody keeps."""
    cache_id = subject.container.cache_id
    try:
        step = policy.allocate(state, subject)
    except CannotAllocate as error:
        return Trial(state, refusal=str(error))
    cpus = mems = 0
    for intent in step.intents:
        match intent:
            case SetCpuset(container, mask) if container == cache_id:
                cpus = mask
            case SetMems(container, mask) if container == cache_id:
                mems = mask
            case _:
                pass
    text = tuple(reason.text for reason in step.reasons if reason.container == cache_id)
    return Trial(step.state, text, cpus, mems)


def running(policy: Policy[S], state: S, subject: Subject) -> Explanation:
    """Explain a container, whether it has something already or not, as if it came now."""
    without = policy.release(state, subject.container.cache_id).state
    if isinstance(policy, Explains):
        return policy.explain(without, subject)
    return attempt(policy, without, subject).explained(f"policy {policy.name}", ())


def lost(winner: Scores, loser: Scores) -> str:
    """Name the first comparison in which two differ: what was compared, and both values."""
    found = _difference(winner, loser)
    return "{}: {} against {}".format(*found) if found else ""


NOT = "no"
"""The value of a rule that says nothing of a candidate."""

YES = "yes"
"""The value of a rule of which there is no more to be said."""


def ruled(
    places: Mapping[str, int],
    rules: Sequence[tuple[str, Mapping[str, str]]],
    winner: str,
    *,
    refusal: str = "",
) -> tuple[Candidate, ...]:
    """Compare places (masks by name) of which the first rule that fits one of them chooses it.

    A rule has a name and values by place, `NOT` of those that it has none of. Where it ends in a
    refusal the winner is not chosen.
    """
    scores = {
        place: tuple((name, values.get(place, NOT)) for name, values in rules) for place in places
    }
    won = scores.get(winner, ())
    found = []
    for place, cpus in places.items():
        own = scores[place]
        if place == winner:
            decided = "; ".join(f"{name}: {value}" for name, value in own if value != NOT)
            why = f"{decided}; but it is refused" if refusal else decided
        else:
            why = _beaten(winner, won, own)
        found.append(Candidate(place, cpus, own, chosen=place == winner and not refusal, why=why))
    return tuple(found)


def _beaten(name: str, winner: Scores, loser: Scores) -> str:
    found = _difference(winner, loser)
    if found is None:
        return f"{name} comes first" if name else "it is refused"
    what, mine, theirs = found
    if theirs == NOT:
        return f"{what}: {mine}"
    if mine == NOT:
        return f"{name} comes first by {what}" + (f": {theirs}" if theirs != YES else "")
    return f"{name} is better by {what}: {mine} against {theirs}"


def _difference(winner: Scores, loser: Scores) -> tuple[str, str, str] | None:
    theirs = dict(winner)
    for what, value in loser:
        if theirs.get(what, value) != value:
            return what, value, theirs[what]
    return None


def document(explanation: Explanation) -> dict[str, Any]:
    """Give the JSON form; CPUs and memory nodes as lists of the kernel's form."""
    return {
        "rule": explanation.rule,
        "cpus": cpuset.show(explanation.cpus),
        "mems": cpuset.show_ids(explanation.mems),
        "refusal": explanation.refusal,
        "candidates": list(_candidates(explanation)),
        "text": list(explanation.text),
    }


def _candidates(explanation: Explanation) -> Iterator[dict[str, Any]]:
    for one in explanation.candidates:
        yield {
            "name": one.name,
            "cpus": cpuset.show(one.cpus),
            "scores": [{"what": what, "value": value} for what, value in one.scores],
            "chosen": one.chosen,
            "why": one.why,
        }
