# SPDX-License-Identifier: Apache-2.0
"""Two configurations compared key by key."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from ctl.configs import compare
from ctl.configs.compare import MISSING, Change
from resmgr.config.schemas import tree
from resmgr.daemon.command import describe

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: st.dictionaries(st.text(max_size=3), below, max_size=3) | st.lists(below),
    max_leaves=8,
).filter(lambda one: isinstance(one, dict))


def test_keys_have_paths() -> None:
    """Whatever is added, removed or changed, and nothing else."""
    before = {"policy": {"Active": "static", "static": {"A": 1}}, "logger": {"Debug": "x"}}
    after = {"policy": {"Active": "none"}, "logger": {"Debug": "x"}, "dump": {"Debug": True}}

    assert compare.changes(before, after) == [
        Change("policy.Active", "static", "none"),
        Change("policy.static.A", 1, MISSING),
        Change("dump.Debug", MISSING, True),  # noqa: FBT003 - a value
    ]


def test_members_of_lists_go_by_their_names() -> None:
    """One that is put before another one changes no other."""
    old = {"BalloonTypes": [{"Name": "a", "MinCPUs": 1}, {"Name": "b", "MinCPUs": 2}]}
    new = {"BalloonTypes": [{"Name": "c"}, {"Name": "a", "MinCPUs": 1}, {"Name": "b"}]}

    assert [(one.path, one.word) for one in compare.changes(old, new)] == [
        ("BalloonTypes.b.MinCPUs", "removed"),
        ("BalloonTypes.c.Name", "added"),
    ]


@pytest.mark.parametrize(
    "value", [["a", "b"], [], {}, [{"Name": "a"}, {"Name": "a"}], [{"Name": "a"}, 1], [{"Name": 1}]]
)
def test_other_values_are_compared_as_a_whole(value: Any) -> None:
    """Lists without names, and what is empty."""
    assert list(compare.flat({"key": value})) == [("key", value)]


def test_true_is_no_one() -> None:
    """Though Python says so."""
    assert len(compare.changes({"a": 1}, {"a": True})) == 1


@hypothesis.given(documents)
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    """Whatever it holds."""
    assert compare.changes(document, document) == []


@hypothesis.given(documents, documents)
def test_a_comparison_can_be_turned_round(one: dict[str, Any], other: dict[str, Any]) -> None:
    """What was added is removed then."""
    there = {(each.path, repr(each.before)) for each in compare.changes(one, other)}
    back = {(each.path, repr(each.after)) for each in compare.changes(other, one)}

    assert there == back


def test_defaults_are_filled_in() -> None:
    """Each key of each module has a value then, and what is given stays."""
    defaults = describe.defaults(tree.ROOT)
    whole = compare.filled(tree.ROOT, {"policy": {"Active": "static"}, "dump": None}, defaults)

    assert whole["policy"]["Active"] == "static"
    assert whole["policy"]["static"] == defaults["policy"]["static"]
    assert whole["dump"] == defaults["dump"]


def test_a_side_without_the_key_is_left_out() -> None:
    """For machines, null is another thing than nothing."""
    assert Change("a", MISSING, None).document() == {"path": "a", "change": "added", "after": None}
