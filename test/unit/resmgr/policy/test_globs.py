# SPDX-License-Identifier: Apache-2.0
"""Patterns for names."""

import pytest

from resmgr.policy import globs


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("kube-*", "kube-system", True),
        ("kube-*", "my-kube-system", False),
        ("*", "a/b", False),
        ("a/*", "a/b", True),
        ("?", "a", True),
        ("?", "/", False),
        ("db[0-9]", "db7", True),
        ("db[^0-9]", "db7", False),
        ("db[^0-9]", "dbx", True),
        ("[a-cx]", "x", True),
        ("[z-a]", "m", False),
        (r"a\*", "a*", True),
        (r"a\*", "ab", False),
        (r"[\]]", "]", True),
        ("a.c", "abc", False),
        ("", "", True),
        ("*" * 500 + "b", "a" * 500, False),
    ],
)
def test_patterns_match_whole_texts(pattern: str, text: str, expected: bool) -> None:  # noqa: FBT001
    """Stars and question marks stop at a slash; a run of stars costs no more than one."""
    assert globs.matches(pattern, text) is expected


@pytest.mark.parametrize("pattern", ["[", "[]", "[a", "[a-]", "[-a]", "a\\"])
def test_malformed_patterns_match_nothing(pattern: str) -> None:
    """Neither their own text nor any other."""
    assert not globs.matches(pattern, pattern)
    assert not globs.matches(pattern, "a")


def test_a_list_ends_at_a_malformed_pattern() -> None:
    """What comes before it counts, what comes after does not."""
    assert globs.listed(["a", "[", "b"], "a")
    assert not globs.listed(["a", "[", "b"], "b")
    assert not globs.listed([], "a")
