# SPDX-License-Identifier: Apache-2.0
"""Adjustments are verified as a whole before one of them counts."""

import json
from typing import Any

import pytest

from resmgr.adjustments import read
from resmgr.adjustments.adjustment import Adjustment
from resmgr.model import Requirements
from resmgr.policy.affinity import expression


def one(**spec: Any) -> Adjustment:
    """Read one adjustment called `a`."""
    return read.read(json.dumps({"a": spec}))["a"]


def error(**spec: Any) -> str:
    """Give what is wrong with one."""
    with pytest.raises(read.Wrong) as caught:
        one(**spec)

    return caught.value.errors["a"]


def test_the_sample_is_read() -> None:
    """The sample of the contract, section 8, without classes."""
    keys = {"key": ":,:pod/name,name", "operator": "Matches", "values": ["*:container"]}
    found = one(
        scope=[{"nodes": ["node-1"], "containers": [keys]}],
        resources={
            "requests": {"cpu": "750m", "memory": "500Mi"},
            "limits": {"cpu": "1500m", "memory": "750Mi"},
        },
        toptierLimit="500Mi",
    )

    assert found == Adjustment(
        name="a",
        scope=((expression.Expression(":,:pod/name,name", "Matches", ("*:container",)),),),
        resources=Requirements(750, 1500, 500 << 20, 750 << 20),
        top_tier_limit=500 << 20,
    )


@pytest.mark.parametrize("text", ["", "{}", "null"])
def test_nothing_is_a_set(text: str) -> None:
    """The node agent says so at its start."""
    assert read.read(text) == {}


def test_absent_members_may_be_null() -> None:
    """The original writes them so."""
    spec = {"scope": None, "resources": None, "classes": None, "toptierLimit": None}

    assert one(**spec) == Adjustment("a")


def test_a_limit_alone_is_the_request_too() -> None:
    """Whether there is a mapping of requests or not."""
    found = one(resources={"limits": {"cpu": 2, "memory": "1Ki"}})

    assert found.resources == Requirements(2000, 2000, 1024, 1024)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (
            {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
            "invalid CPU limit 1000: it is less than the request 2000",
        ),
        (
            {"resources": {"requests": {"memory": "2k"}, "limits": {"memory": "1k"}}},
            "invalid memory limit 1000: it is less than the request 2000",
        ),
        (
            {"resources": {"requests": {"gpu": "1"}}},
            "invalid resource requests: unsupported resource gpu",
        ),
        ({"resources": {"limits": {"gpu": "1"}}}, "invalid resource limits: unsupported resource"),
        ({"resources": {"requests": {"cpu": "-1"}}}, "resources.requests.cpu: -1 is less than"),
        ({"resources": {"requests": {"cpu": True}}}, "resources.requests.cpu: expected a quantity"),
        ({"resources": {"requests": []}}, "resources.requests: expected a mapping"),
        ({"toptierLimit": "-5"}, "invalid ToptierLimit -5"),
        ({"toptierLimit": "many"}, "invalid ToptierLimit many: toptierLimit: not a quantity"),
        ({"classes": {"rdt": "gold"}}, "classes.rdt: RDT classes are not part of this version"),
        ({"classes": {"blokio": "x"}}, "classes: unknown key blokio, did you mean blockio"),
        ({"scpe": []}, "spec: unknown key scpe, did you mean scope"),
        ({"scope": {}}, "scope: expected a list"),
        ({"scope": [{"containers": [{"key": "name", "operator": "Equals"}]}]}, "single value"),
        (
            {"scope": [{"containers": [{"key": "name", "operator": "matches", "values": ["x"]}]}]},
            "did you mean Matches",
        ),
        ({"scope": [{"containers": [{"key": 3}]}]}, "scope[0].containers[0]: key, operator"),
        ({"scope": [{}] * 101}, "scope: more than 100 items"),
    ],
)
def test_what_is_wrong_is_told(spec: dict[str, Any], text: str) -> None:
    """With its path, behind the original's prefix."""
    found = error(**spec)

    assert found.startswith("adjustment API error: ")
    assert text in found


def test_all_wrong_ones_are_told_at_once() -> None:
    """By name; right ones among them do not count either."""
    with pytest.raises(read.Wrong) as caught:
        read.read(json.dumps({"a": 1, "b": {}, "c": {"x": 1}}))

    assert sorted(caught.value.errors) == ["a", "c"]


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000, " " * (read.MAX_CHARACTERS + 1)])
def test_what_is_no_set_is_unreadable(text: str) -> None:
    """There is no name that could be told."""
    with pytest.raises(read.Unreadable):
        read.read(text)
