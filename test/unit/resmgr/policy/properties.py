# SPDX-License-Identifier: Apache-2.0
"""What has to hold for every policy, whatever happens; test_policy_properties.py shows it for each.

A policy has a `World` beside its tests: machines with configurations, containers that may come, and
what holds of that policy alone.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy.playbook import (
    Answer,
    Create,
    Event,
    Intent,
    Node,
    Rebalance,
    Remove,
    Resize,
    Restart,
    SetCpuset,
)

from resmgr import cpuset
from resmgr.policy import interface

NAMES = [f"c{number}" for number in range(6)]
"""Containers that come and go."""


class Make(Protocol):
    """Makes a fresh node, always the same one; with `order` everything unordered is mixed."""

    def __call__(self, *, order: random.Random | None = None) -> Node:
        """Make it; a configuration that the machine cannot have is no case."""


def _state(node: Node) -> object:
    return node.state


@dataclass(frozen=True)
class World:
    """One policy's; `traces` is what a container that came and went must not leave behind."""

    makes: st.SearchStrategy[Make]
    creates: st.SearchStrategy[Create]
    cpus: tuple[str, ...]
    """Quantities that containers are resized to."""

    more: tuple[st.SearchStrategy[Any], ...] = ()
    """Other things that may happen."""

    traces: Callable[[Node], object] = _state
    empty: Callable[[Node], object] = _state
    """What is as at the start when all have gone."""

    def resizes(self, node: Node) -> st.SearchStrategy[Resize]:
        """Give resizes of who runs, or none of these."""
        if not node.subjects:
            return st.nothing()
        return st.builds(
            Resize, st.sampled_from(sorted(node.subjects)), cpu=st.sampled_from(self.cpus)
        )

    def events(self, size: int = 15) -> st.SearchStrategy[list[Event]]:
        """Give rows of what may happen."""
        return rows(self.creates, self.cpus, *self.more, size=size)


def rows(
    creates: st.SearchStrategy[Create],
    cpus: Sequence[str],
    *more: st.SearchStrategy[Any],
    size: int = 12,
) -> st.SearchStrategy[list[Event]]:
    """Give rows of what may happen; `cpus` are quantities that containers are resized to."""
    names = st.sampled_from(NAMES)
    return st.lists(
        st.one_of(
            creates,
            creates,
            st.builds(Resize, names, cpu=st.sampled_from(cpus)),
            st.builds(Remove, names),
            st.just(Rebalance()),
            st.just(Restart()),
            *more,
        ),
        max_size=size,
    )


def begin(make: Make, *, order: random.Random | None = None) -> Node:
    """Make a node; one that cannot be is no case."""
    try:
        return make(order=order)
    except interface.BadConfiguration:
        hypothesis.reject()
        raise


def play(make: Make, events: Iterable[Event]) -> Node:
    """Let things happen that can; what is said to them is not compared."""
    return go_on(begin(make), events)


def go_on(node: Node, events: Iterable[Event]) -> Node:
    """Let more happen."""
    for event in events:
        if isinstance(event, Resize) and event.name not in node.subjects:
            continue
        if isinstance(event, Create) and event.name in node.subjects:
            # As the engine does it.
            node.happens(Remove(event.name))
        told = dict(node.cpus)
        node.happens(event)
        if not isinstance(event, Restart):
            _is_news(node, event, told)
        _is_sound(node)
    return node


def _is_news(node: Node, event: Event, told: Mapping[str, int]) -> None:
    """Nobody but the container that it is about is told what it knows."""
    subject = getattr(event, "name", "")
    for answer in node.said:
        if isinstance(answer, SetCpuset) and answer.name != subject:
            assert cpuset.parse(answer.cpus) != told.get(answer.name), answer


def _is_sound(node: Node) -> None:
    """All have CPUs that there are; exclusive ones are of one container; what is told is so."""
    shown = node.policy.introspect(node.state).get("Assignments", {})
    own = {key: cpuset.parse(one["ExclusiveCPUs"]) for key, one in shown.items()}
    for name, cpus in node.cpus.items():
        assert name in node.subjects
        assert cpus
        assert not cpus & ~node.usable
        for other, mask in own.items():
            assert mask & cpus == (mask if other == name else 0)
        for key, text in node.offers(name).items():
            assert not key.endswith("_CPUS") or not cpuset.parse(text) & ~cpus


def replays(node: Node) -> None:
    """The state that is saved is the state that is loaded, and nobody is told anything else."""
    state, told = node.state, dict(node.cpus)
    node.happens(Restart())

    assert node.state == state
    assert node.cpus == told


def empties(world: World, make: Make, node: Node) -> None:
    """When all have gone, everything is as it was at the start."""
    for name in list(node.subjects):
        node.happens(Remove(name))

    assert world.empty(node) == world.empty(begin(make))
    assert node.cpus == {}


def takes_back(world: World, node: Node, create: Create) -> None:
    """Creating a container and removing it leaves the others with what they had."""
    node.happens(Remove(create.name))
    before = world.traces(node)
    node.happens(create).happens(Remove(create.name))

    assert world.traces(node) == before


def is_the_same_again(make: Make, events: list[Event], order: random.Random) -> None:
    """There is neither chance nor clock in it, nor does the order of mappings matter."""
    one, other = begin(make), begin(make, order=order)
    for event in events:
        go_on(one, [event])
        go_on(other, [event])
        assert one.cpus == other.cpus

    assert one.state == other.state
    assert one.kept == other.kept


def meets_or_refuses(node: Node, event: Create | Resize) -> None:
    """What is refused is refused with words, and changes nothing; the rest has a reason."""
    if isinstance(event, Create):
        node.happens(Remove(event.name))
    state, told = node.state, dict(node.cpus)
    node.happens(event)

    if node.refusal:
        assert isinstance(node.refusal, interface.CannotAllocate)
        assert str(node.refusal)
        assert node.state == state
        assert node.cpus == told
    elif isinstance(event, Create) and event.name in node.cpus:
        assert [one for one in node.reasons if one.container == event.name]


def is_silent(node: Node) -> None:
    """Steps that change nothing say nothing, but to who asked: a request may say otherwise."""
    told = dict(node.cpus)
    steps: list[Event] = [Rebalance(), Remove("unknown")]
    for step in steps + [Resize(name, cpu="") for name in node.subjects]:
        state = node.state
        node.happens(step)
        assert isinstance(step, Rebalance) or node.state == state, step
        if node.state == state:
            assert node.cpus == told
            assert {_about(one) for one in node.said} <= {getattr(step, "name", "")}, step
        told = dict(node.cpus)


def _about(answer: Answer) -> str:
    """Give the container that an answer names."""
    match answer:
        case SetCpuset(name):
            return name
        case Intent(intent):
            return str(getattr(intent, "container", intent))
        case _:
            raise AssertionError(answer)


def takes_over(make: Make, others: Mapping[str, interface.Subject]) -> None:
    """Whoever runs is placed, whatever it was made for; the result is a state like any other."""
    node = begin(make)
    node.subjects = dict(others)
    node.happens(Restart(saved={}))
    assert node.refusal is None
    _is_sound(node)
    fresh = begin(make)
    fresh.subjects = dict(others)
    fresh.happens(Restart(saved=node.kept))

    assert fresh.refusal is None
    assert fresh.state == node.state
    assert fresh.cpus == node.cpus
