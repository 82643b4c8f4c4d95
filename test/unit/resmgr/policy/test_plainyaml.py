# SPDX-License-Identifier: Apache-2.0
"""YAML in annotations."""

import contextlib

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.policy import plainyaml


def test_plain_data_is_read() -> None:
    """Keys are text as it is written."""
    assert plainyaml.load("a: [b, 1]\n1: {x: true}") == {"a": ["b", 1], "1": {"x": True}}
    assert plainyaml.load("") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\na: 2", "line 2: key 'a' is there twice"),
        ("x:\n  b: 1\n  b: 2", "line 3: key 'b' is there twice"),
        ("a: &x [1]\nb: *x", "anchors are not taken"),
        ("[" * 20, "nested more than 8 times"),
        ("[" * 60000, "nested more than 8 times"),
        ("a: [", "line 2: did not find"),
        ("a: 1\n--- \nb: 2", "line 2"),
        ("!!python/object:os.system {}", "constructor"),
        ("[a, b]: 1", "a key has to be text"),
        ("\x00", "no YAML"),
        ("x" * 70000, "more than 65536 characters"),
        ("a: 2001-99-99", "no YAML"),
    ],
)
def test_anything_else_is_refused(text: str, reason: str) -> None:
    """The message says why."""
    with pytest.raises(plainyaml.BadYaml, match=reason):
        plainyaml.load(text)


@hypothesis.given(st.text(alphabet="ab:-[]{}&*!|> \n'\"#?,.09\t", max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    """No other error comes out."""
    with contextlib.suppress(plainyaml.BadYaml):
        plainyaml.load(text)
