# SPDX-License-Identifier: Apache-2.0
"""The form of explanations, and what is the same for all policies."""

import json

import pytest
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import explain
from resmgr.policy.explain import Candidate, Explanation


def test_the_first_difference_is_told() -> None:
    """Later ones do not matter any more, and neither does what was not compared with the winner."""
    winner = (("affinity", "0"), ("depth", "2"), ("free", "3000m"))

    assert explain.lost(winner, (("affinity", "0"), ("depth", "1"))) == "depth: 1 against 2"
    assert explain.lost(winner, (("hints", "1"), ("free", "1m"))) == "free: 1m against 3000m"
    assert explain.lost(winner, winner) == ""


def test_an_attempt_keeps_nothing() -> None:
    """The state stays, and what would be said to the container is there."""
    node = Node("static", trees.FLAT, reserved="0")
    node.happens(Create("a", cpu="2")).happens(Create("b"))
    before = node.state
    subject = node.subjects["a"]
    without = node.policy.release(before, "a").state
    tried = explain.attempt(node.policy, without, subject)

    assert node.state == before
    assert cpuset.show(tried.cpus) == cpuset.show(node.cpus["a"])
    assert tried.text != ()
    assert tried.refusal == ""


def test_a_refusal_is_no_error() -> None:
    """Its words are the answer."""
    asked = Node("none", trees.FLAT).happens(Create("a", cpu="99")).subjects["a"]
    node = Node("static", trees.FLAT, reserved="0")
    explanation = explain.running(node.policy, node.state, asked)

    assert "cannot allocate 99 exclusive CPUs" in explanation.refusal
    assert explanation.chosen is None


def test_who_runs_is_explained_as_if_it_came_now() -> None:
    """What it has itself is not in its way."""
    node = Node("static", trees.FLAT, reserved="0").happens(Create("a", cpu="3"))
    explanation = explain.running(node.policy, node.state, node.subjects["a"])

    assert explanation.cpus == node.cpus["a"]


def test_the_json_form() -> None:
    """Sets are lists as the kernel writes them; everything there is can be written as JSON."""
    candidate = Candidate("p", 0b110, (("depth", "2"),), chosen=True, why="the only one")
    made = explain.document(Explanation("a rule", (candidate,), ("placed",), 0b10, 0b1))

    assert json.loads(json.dumps(made)) == {
        "rule": "a rule",
        "cpus": "1",
        "mems": "0",
        "refusal": "",
        "candidates": [
            {
                "name": "p",
                "cpus": "1-2",
                "scores": [{"what": "depth", "value": "2"}],
                "chosen": True,
                "why": "the only one",
            }
        ],
        "text": ["placed"],
    }


RULES = [
    ("own namespace", {"b": "yes"}),
    ("free CPUs", {"a": "1, 3 wanted", "c": "5"}),
]


@pytest.mark.parametrize(
    ("winner", "refusal", "expected"),
    [
        (
            "b",
            "",
            {
                "a": "b comes first by own namespace",
                "b": "own namespace: yes",
                "c": "b comes first by own namespace",
            },
        ),
        (
            "c",
            "too few",
            {
                "a": "c is better by free CPUs: 1, 3 wanted against 5",
                "b": "own namespace: yes",
                "c": "free CPUs: 5; but it is refused",
            },
        ),
    ],
)
def test_rules_choose(winner: str, refusal: str, expected: dict[str, str]) -> None:
    """The first that tells two places apart is named; a refusal chooses nobody."""
    found = explain.ruled(dict.fromkeys("abc", 1), RULES, winner, refusal=refusal)

    assert {one.name: one.why for one in found} == expected
    assert [one.name for one in found if one.chosen] == ([] if refusal else [winner])


def test_places_that_nothing_tells_apart_are_in_order() -> None:
    """Whoever comes first is it."""
    found = explain.ruled({"a": 1, "b": 2}, [("anything", {"a": "yes", "b": "yes"})], "a")

    assert [one.why for one in found] == ["anything: yes", "a comes first"]
