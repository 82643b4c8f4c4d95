# SPDX-License-Identifier: Apache-2.0
"""Module `dump`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        (
            "Config: 'off:.*,short:((Create)|(Start)|(Run)|(Update)|(Stop)|(Remove)).*,of"
            "f:.*Image.*'"
        ),
        "Config: ''",
        "Config: 'FULL:*,Version'",
        "Config: 'verbose:Create.*,  name:Version'",
        "File: /tmp/x, Debug: true, Disabled: false",
        "Config: 'full:[[a]'",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Levels in any case, methods and regular expressions."""
    assert judge(f"dump: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("Config: 'loud:.*'", 'dump.Config: invalid dump level "loud"'),
        ("Config: 'full:(Create'", 'invalid dump method regexp "(Create": missing )'),
        ("Config: 'full:**'", "nothing to repeat"),
        ("Config: 'full:'", "names no method"),
        ("Config: 'full:.*,'", "names no method"),
        ("Config: 1", "expected list of [level:]pattern, got a number"),
        ("config: 'off:.*'", "dump.config: unknown key, did you mean Config"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Levels and expressions that do not exist."""
    problems = judge(f"dump: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("a" * 257, "is longer than 256 characters"),
        ("a{99999999999999999999}.*", "too big"),
        ("(" * 120 + "a" + ")" * 120, None),
        ("(a*)*(a*)*(a*)*b", None),
    ],
)
def test_expressions_are_compiled_but_never_tried(
    judge: Judge, pattern: str, wrong: str | None
) -> None:
    """Long and huge ones are refused; slow ones cost nothing here."""
    problems = judge(f"dump: {{Config: 'full:{pattern}'}}")

    assert len(problems) == (wrong is not None)
    assert wrong is None or wrong in problems[0]
