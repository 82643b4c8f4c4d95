# SPDX-License-Identifier: Apache-2.0
"""JSON patches, as far as they are needed."""

import json
from typing import Any

import pytest

from agent.core import jsonpatch
from agent.core.jsonpatch import BadPatch, Change

NODE = {"metadata": {"labels": {"a/b": "c", "x~y": "1"}}, "spec": {"taints": [{"key": "k"}]}}


@pytest.mark.parametrize(
    ("op", "path", "value", "want"),
    [
        ("add", "/metadata/labels/n", '"v"', {"a/b": "c", "x~y": "1", "n": "v"}),
        ("replace", "/metadata/labels/a~1b", '"v"', {"a/b": "v", "x~y": "1"}),
        ("remove", "/metadata/labels/x~0y", "", {"a/b": "c"}),
        ("test", "/metadata/labels/a~1b", '"c"', {"a/b": "c", "x~y": "1"}),
    ],
)
def test_members_of_objects(op: str, path: str, value: str, want: Any) -> None:
    """Added, replaced, removed, compared; what was given stays as it is."""
    before = json.dumps(NODE)
    after = jsonpatch.applied(NODE, [Change(op, path, value)])

    assert after["metadata"]["labels"] == want
    assert json.dumps(NODE) == before


@pytest.mark.parametrize(
    ("op", "path", "value", "want"),
    [
        ("add", "/spec/taints/0", '{"key": "n"}', ["n", "k"]),
        ("add", "/spec/taints/-", '{"key": "n"}', ["k", "n"]),
        ("replace", "/spec/taints/0", '{"key": "n"}', ["n"]),
        ("remove", "/spec/taints/0", "", []),
    ],
)
def test_items_of_lists(op: str, path: str, value: str, want: list[str]) -> None:
    """By their index, or at the end."""
    after = jsonpatch.applied(NODE, [Change(op, path, value)])

    assert [one["key"] for one in after["spec"]["taints"]] == want


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("add", "labels", "1"), "does not begin with a slash"),
        (Change("add", "/status/capacity/x", "1"), "there is no /status/capacity/x"),
        (Change("replace", "/metadata/labels/n", "1"), "there is no"),
        (Change("remove", "/spec/taints/1"), "there is no"),
        (Change("add", "/spec/taints/2", "1"), "there is no"),
        (Change("remove", "/spec/taints/-"), "there is no"),
        (Change("add", "/metadata/labels/a~1b/c", "1"), "there is no"),
        (Change("add", "/metadata/labels/n", "plain"), "is no JSON"),
        (Change("test", "/metadata/labels/a~1b", '"d"'), "is another one meanwhile"),
        (Change("move", "/metadata/labels/a~1b"), "'move' is not known here"),
    ],
    ids=lambda value: value.op + value.path if isinstance(value, Change) else "",
)
def test_what_cannot_be_carried_out(change: Change, words: str) -> None:
    """It is told, and nothing is guessed."""
    with pytest.raises(BadPatch, match=words):
        jsonpatch.applied(NODE, [change])


def test_as_it_is_sent() -> None:
    """A value is JSON and not text; where there is none there is no member."""
    sent = jsonpatch.written([Change("add", "/a", '{"b": [1]}'), Change("remove", "/a")])

    assert sent == [
        {"op": "add", "path": "/a", "value": {"b": [1]}},
        {"op": "remove", "path": "/a"},
    ]
