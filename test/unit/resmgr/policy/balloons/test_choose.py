# SPDX-License-Identifier: Apache-2.0
"""Which balloon a container goes to."""

from typing import Any

import pytest

from resmgr.model import Container, Pod
from resmgr.policy.balloons import choose
from resmgr.policy.balloons.state import Balloon, Member, State
from resmgr.policy.balloons.types import Type
from resmgr.policy.interface import CannotAllocate, Subject

KEY = choose.ANNOTATION
TYPES = {
    "reserved": Type("reserved", namespaces=("sys",), fixed=True),
    "default": Type("default", fixed=True),
    "x": Type("x", namespaces=("a*",)),
    "y": Type("y", namespaces=("*b",)),
}


@pytest.mark.parametrize(
    ("namespace", "annotations", "result", "why"),
    [
        ("kube-system", {}, "reserved", "namespace kube-system"),
        ("sys", {}, "reserved", "namespace sys"),
        ("ab", {}, "x", "namespace ab"),
        ("bb", {}, "y", "namespace bb"),
        ("c", {}, "default", "no other type"),
        ("kube-system", {KEY: "y"}, "y", "annotation"),
        ("ab", {f"{KEY}/pod": "default", KEY: "y"}, "default", "annotation"),
        ("ab", {f"{KEY}/container.c": "y", f"{KEY}/pod": "x"}, "y", "annotation"),
        ("ab", {f"{KEY}/container.d": "y"}, "x", "namespace ab"),
    ],
)
def test_kind(namespace: str, annotations: dict[str, str], result: str, why: str) -> None:
    """By annotation, then by namespace: reserved ones first, then types in their order."""
    subject = Subject(
        Container("p:c", "p", "c"), Pod("p", "u", "p", namespace, annotations=annotations)
    )

    assert choose.kind(TYPES, ("kube-*",), subject) == (TYPES[result], why)


def test_an_unknown_type_is_refused() -> None:
    """With those that there are."""
    pod = Pod("p", "u", "p", "n", annotations={KEY: "z"})

    with pytest.raises(CannotAllocate, match='no balloon for annotation "z", there are reserved'):
        choose.kind(TYPES, (), Subject(Container("p:c", "p", "c"), pod))


def holding(name: str, number: int, cpus: int, *requests: tuple[str, str, int]) -> Balloon:
    """Make a balloon of so many CPUs; a container is its pod, namespace and request."""
    balloon = Balloon(name, number, number + 2, cpus=(1 << cpus) - 1)
    for index, (pod, namespace, request) in enumerate(requests):
        balloon = balloon.holding(f"{pod}:{index}", Member(pod, namespace, request))
    return balloon


TWO = (holding("x", 0, 2, ("p", "n", 1500)), holding("x", 1, 2, ("q", "m", 1000)))


@pytest.mark.parametrize(
    ("options", "balloons", "free", "member", "result"),
    [
        ({}, (), 4, ("r", "n", 500), ("", "new balloon")),
        ({}, (), 4, ("r", "n", 4001), None),
        ({"max_cpus": 2}, (), 4, ("r", "n", 2001), None),
        ({"min_cpus": 5}, (), 4, ("r", "n", 500), None),
        ({}, (), 0, ("r", "n", 0), None),
        ({}, TWO, 4, ("p", "n", 500), ("x[0]", "same pod")),
        ({}, TWO, 4, ("p", "n", 501), ("x[0]", "same pod")),
        ({"max_cpus": 2}, TWO, 4, ("p", "n", 501), ("x[1]", "balanced")),
        ({"spread_pods": True}, TWO, 4, ("p", "n", 500), ("x[1]", "balanced")),
        ({}, TWO, 4, ("r", "n", 500), ("x[1]", "balanced")),
        ({}, TWO, 4, ("r", "n", 1001), ("x[1]", "balanced and inflated")),
        ({"max_cpus": 2}, TWO, 4, ("r", "n", 1001), ("", "new balloon")),
        ({"max_cpus": 2, "max_balloons": 2}, TWO, 4, ("r", "n", 1001), None),
        ({"max_cpus": 9}, TWO, 0, ("r", "n", 1001), None),
        ({"prefer_new": True}, TWO, 4, ("r", "n", 500), ("", "new balloon")),
        ({"prefer_new": True}, TWO, 0, ("r", "n", 500), ("x[1]", "balanced")),
        (
            {"prefer_new": True},
            (*TWO, holding("x", 2, 1)),
            4,
            ("r", "n", 5000),
            ("x[2]", "new balloon"),
        ),
        ({"per_namespace": True}, TWO, 4, ("r", "n", 500), ("x[0]", "same namespace")),
        ({"per_namespace": True}, TWO, 4, ("r", "o", 500), ("", "new balloon")),
        ({"per_namespace": True}, TWO, 0, ("r", "o", 500), ("x[1]", "balanced")),
        ({}, (holding("y", 0, 2, ("p", "n", 500)),), 4, ("p", "n", 500), ("y[0]", "same pod")),
        (
            {"max_balloons": 1},
            (holding("x", 0, 0),),
            1,
            ("r", "n", 0),
            ("x[0]", "balanced and inflated"),
        ),
    ],
)
def test_balloon(
    options: dict[str, Any],
    balloons: tuple[Balloon, ...],
    free: int,
    member: tuple[str, str, int],
    result: tuple[str, str] | None,
) -> None:
    """The first way that finds one with room; what a balloon could not have is no room."""
    type_ = Type("x", **options)
    state = State({one.name: one for one in balloons}, free=(1 << free) - 1 << 8)

    assert choose.balloon({**TYPES, "x": type_}, state, type_, Member(*member)) == result


def test_built_in_balloons_take_everybody() -> None:
    """However full they are."""
    state = State({"default[0]": holding("default", 0, 1, ("p", "n", 5000))}, free=0)

    assert choose.balloon(TYPES, state, TYPES["default"], Member("q", "n", 9000)) == (
        "default[0]",
        "the only one",
    )
