# SPDX-License-Identifier: Apache-2.0
"""What has to hold for the explanations of every policy; each one calls it with its own events."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from unit.resmgr.policy.playbook import Create, Event, Node, Resize, subject_of

from resmgr.policy import explain, interface
from resmgr.policy.explain import Explanation


def of(node: Node, create: Create) -> Explanation:
    """Explain a container, and hold the explanation against what `allocate` does."""
    subject = subject_of(create)
    without = node.policy.release(node.state, create.name).state
    explanation = explain.running(node.policy, node.state, subject)
    assert explain.document(explanation)
    assert explanation.rule
    refusal = ""
    text: tuple[str, ...] = ()
    try:
        step = node.policy.allocate(without, subject)
        text = tuple(one.text for one in step.reasons if one.container == create.name)
    except interface.CannotAllocate as error:
        refusal = str(error)
    assert explanation.refusal == refusal
    assert explanation.text[: len(text)] == text
    if refusal:
        assert explanation.chosen is None
    for one in explanation.candidates:
        assert one.why, one
    names = [one.name for one in explanation.candidates]
    assert len(names) == len(set(names))
    return explanation


def after(make: Callable[[], Node], events: Iterable[Event]) -> Node:
    """Let things happen that can."""
    node = make()
    for event in events:
        if not isinstance(event, Resize) or event.name in node.subjects:
            node.happens(event)
    return node


def last(make: Callable[[], Node], events: Sequence[Event]) -> Explanation:
    """Explain the container of the last event, where the others have happened."""
    *before, create = events
    assert isinstance(create, Create)
    return of(after(make, before), create)


def whys(explanation: Explanation) -> dict[str, str]:
    """Give why each candidate is chosen or not."""
    return {one.name: one.why for one in explanation.candidates}


def placed(node: Node, create: Create) -> Any:
    """Give the state in which the container is placed anew."""
    without = node.policy.release(node.state, create.name).state
    return node.policy.allocate(without, subject_of(create)).state
