# SPDX-License-Identifier: Apache-2.0
"""Which Adjustments are for a node."""

import json
from typing import Any

import pytest

from agent.core import scope
from agent.core.scope import Adjustment


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [("", True), ("*", True), ("node-1", True), ("node-*", True), ("node", False), ("x*", False)],
)
def test_patterns_of_names(pattern: str, *, meant: bool) -> None:
    """Nothing means all, a star at the end any rest, else it is the name."""
    assert scope.matches(pattern, "node-1") is meant


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ([], []),
        (None, []),
        ([{}], [{}]),
        ([{"nodes": []}], [{"nodes": []}]),
        ([{"nodes": ["b"]}], None),
        (
            [{"nodes": ["b"]}, {"nodes": ["a"], "containers": [1]}],
            [{"nodes": ["a"], "containers": [1]}],
        ),
        ([{"nodes": ["b", "a*"]}], [{"nodes": ["b", "a*"]}]),
    ],
)
def test_a_spec_is_reduced_to_a_node(given: Any, left: Any) -> None:
    """An empty scope means everything; one whose items are all for others is not sent."""
    reduced = scope.reduced({"scope": given, "toptierLimit": "1"}, "a")

    assert reduced == (None if left is None else {"scope": left, "toptierLimit": "1"})


def test_what_is_sent() -> None:
    """The Adjustments for the node by name, as JSON that does not depend on their order."""
    ours = Adjustment("b", 1, {"scope": [{"nodes": ["n"]}], "classes": {"rdt": "x"}})
    found = scope.select(
        {
            "b": ours,
            "a": Adjustment("a", 1, {"scope": []}),
            "c": Adjustment("c", 1, {"scope": [{"nodes": ["x"]}]}),
        },
        "n",
    )

    assert list(json.loads(found.text())) == ["a", "b"]
    assert found == scope.select({"a": Adjustment("a", 9, {"scope": []}), "b": ours}, "n")


def test_what_counts_of_an_object() -> None:
    """Its entry of this node too; whatever has another form is left out."""
    metadata = {"name": "a", "generation": 3}
    status = {"nodes": {"n": {"errors": {}}, "x": {"errors": {"y": "z"}}}}

    assert scope.read({"metadata": metadata, "spec": {"scope": []}, "status": status}, "n") == (
        Adjustment("a", 3, {"scope": []}, {"errors": {}})
    )
    assert scope.read({"metadata": metadata, "spec": 1, "status": []}, "n") == Adjustment(
        "a", 3, {}
    )


def test_the_spec_for_other_nodes_is_not_kept() -> None:
    """However many and large they are, they cost little here."""
    obj = {"metadata": {"name": "x"}, "spec": {"scope": [{"nodes": ["b"]}], "classes": {}}}
    other, own = scope.read(obj, "a"), scope.read(obj, "b")

    assert other.spec is None
    assert own.spec == obj["spec"]
    assert scope.select({"x": other}, "a").specs == {}


def test_nodes_that_are_no_list() -> None:
    """A server without our schema would store them; they mean nobody."""
    assert scope.reduced({"scope": [{"nodes": 5}]}, "a") is None
