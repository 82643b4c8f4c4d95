# SPDX-License-Identifier: Apache-2.0
"""Module `policy.static`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "RelaxedIsolation: true",
        "Rdt: auto",
        "Rdt: false",
        "Rdt: 'true'",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Both keys."""
    assert judge(f"policy.static: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("RelaxedIsolation: 1", "policy.static.RelaxedIsolation: expected true or false"),
        ("Rdt: maybe", 'policy.static.Rdt: expected true, false or auto, got "maybe"'),
        ("Rdt: 1", "expected true, false or auto, got a number"),
        ("relaxedIsolation: true", "unknown key, did you mean RelaxedIsolation"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Keys of a module are case-sensitive."""
    problems = judge(f"policy.static: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
