# SPDX-License-Identifier: Apache-2.0
"""What has to hold for every policy, whatever happens; each one calls these with its own events.

@hypothesis.given(st.lists(EVENTS))
def test_a_restart_changes_nothing(events):
    properties.replays(play(node, events))
"""

from collections.abc import Callable, Iterable, Mapping

from unit.resmgr.policy.playbook import Create, Event, Node, Remove, Resize, Restart, SetCpuset

from resmgr import cpuset
from resmgr.policy import interface


def play(make: Callable[[], Node], events: Iterable[Event]) -> Node:
    """Let things happen that can; what is said to them is not compared."""
    node = make()
    for event in events:
        if isinstance(event, Resize) and event.name not in node.subjects:
            continue
        told = dict(node.cpus)
        node.happens(event)
        if not isinstance(event, Restart):
            _is_news(node, event, told)
    return node


def _is_news(node: Node, event: Event, told: Mapping[str, int]) -> None:
    """Nobody but the container that it is about is told what it knows."""
    subject = getattr(event, "name", "")
    for answer in node.said:
        if isinstance(answer, SetCpuset) and answer.name != subject:
            assert cpuset.parse(answer.cpus) != told.get(answer.name), answer


def replays(node: Node) -> None:
    """The state that is saved is the state that is loaded, and nobody is told anything else."""
    state, told = node.state, dict(node.cpus)
    node.happens(Restart())

    assert node.state == state
    assert node.cpus == told


def empties(make: Callable[[], Node], node: Node) -> None:
    """When all have gone, everything is as it was at the start."""
    for name in list(node.subjects):
        node.happens(Remove(name))

    assert node.state == make().state


def takes_back(node: Node, create: Create) -> None:
    """Creating a container and removing it leaves the others with what they had."""
    node.happens(Remove(create.name))
    state, told = node.state, dict(node.cpus)
    node.happens(create).happens(Remove(create.name))

    assert node.state == state
    assert node.cpus == told


def is_the_same_again(make: Callable[[], Node], events: list[Event]) -> None:
    """There is neither chance nor clock in it."""
    one, other = play(make, events), play(make, events)

    assert one.state == other.state
    assert one.cpus == other.cpus


def refuses_as_a_whole(node: Node, event: Event) -> None:
    """What is refused is refused with words, and changes nothing."""
    state, told = node.state, dict(node.cpus)
    node.happens(event)

    if node.refusal:
        assert isinstance(node.refusal, interface.CannotAllocate)
        assert str(node.refusal)
        assert node.state == state
        assert node.cpus == told
