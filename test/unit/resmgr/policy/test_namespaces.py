# SPDX-License-Identifier: Apache-2.0
"""Patterns of namespaces."""

import pytest

from resmgr.policy import namespaces


@pytest.mark.parametrize(
    ("pattern", "namespace", "result"),
    [
        ("kube-system", "kube-system", True),
        ("kube-system", "kube-systemd", False),
        ("kube-*", "kube-system", True),
        ("*", "x", True),
        ("*-system", "garden-system", True),
        ("n?", "ns", True),
        ("n?", "n", False),
        ("n[a-c]", "nb", True),
        ("n[a-c]", "nd", False),
        ("n[^a-c]", "nd", True),
        ("n[^a-c]", "na", False),
        ("n[!a]", "n!", True),
        (r"n\*", "n*", True),
        (r"n\*", "ns", False),
        (r"n[\]x]", "n]", True),
        ("a.b", "axb", False),
        ("n[z-a]", "nb", False),
    ],
)
def test_pattern(pattern: str, namespace: str, result: bool) -> None:  # noqa: FBT001 - a case of a table
    """As the shell has it, with a caret for what is not among some."""
    assert namespaces.match([pattern], namespace) is result


def test_any_pattern_will_do() -> None:
    """And none does not."""
    assert namespaces.match(["a", "b"], "b")
    assert not namespaces.match([], "b")
