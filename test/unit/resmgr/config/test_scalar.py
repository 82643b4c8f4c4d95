# SPDX-License-Identifier: Apache-2.0
"""Values of YAML scalars."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import problem, scalar


def _value(text: str, tag: str | None = None, *, quoted: bool = False) -> tuple[object, list[str]]:
    findings = problem.Findings()
    value = scalar.value(text, tag, problem.Place("at", findings), quoted=quoted)
    return value, [found.message for found in findings.problems()]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("on", True),
        ("No", False),
        ("TRUE", True),
        ("tRue", "tRue"),
        ("y", "y"),
        ("0", 0),
        ("-12", -12),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0b101", 5),
        ("017", 15),
        ("08", "08"),
        ("0x_", "0x_"),
        ("1.5", 1.5),
        ("-.5", "-.5"),
        ("1.", 1.0),
        ("1.5e+3", 1500.0),
        ("1e3", "1e3"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        (":8891", ":8891"),
        ("0-3", "0-3"),
        ("1,3", "1,3"),
        ("750m", "750m"),
    ],
)
def test_plain_scalars(text: str, value: object) -> None:
    """Null, booleans and numbers as YAML 1.1 has them; dates and sexagesimals are text."""
    found, problems = _value(text)

    assert (found, type(found)) == (value, type(value))
    assert problems == []


@pytest.mark.parametrize("text", [".nan", ".inf", "-.INF", "1.0e+999", "9" * 5000, "0x" + "f" * 17])
def test_numbers_without_a_usable_value_are_problems(text: str) -> None:
    """Not a number, infinite, or beyond 64 bits."""
    found, problems = _value(text)

    assert found is None
    assert len(problems) == 1
    assert "is no number that can be used here" in problems[0]


@pytest.mark.parametrize("text", ["true", "~", "12", ""])
def test_quoted_scalars_are_text(text: str) -> None:
    """Quotes, and tags that say so, make text of anything."""
    assert _value(text, quoted=True) == (text, [])
    assert _value(text, "!") == (text, [])
    assert _value(text, scalar.CORE + "str") == (text, [])


@pytest.mark.parametrize(
    ("text", "name", "value"), [("12", "int", 12), ("12", "float", 12), ("no", "bool", False)]
)
def test_core_tags_agree_with_their_value(text: str, name: str, value: object) -> None:
    """A tag that says what the value is anyway changes nothing."""
    assert _value(text, scalar.CORE + name, quoted=True) == (value, [])


def test_a_tag_that_contradicts_its_value_is_a_problem() -> None:
    """A number that is text."""
    found, problems = _value("x", scalar.CORE + "int")

    assert found is None
    assert problems == ['"x" is not what its tag "tag:yaml.org,2002:int" says']


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text() | st.from_regex(r"[-+.0-9xobeE_:]*", fullmatch=True))
def test_any_text_has_a_value_or_a_problem(text: str) -> None:
    """Nothing raises."""
    found, problems = _value(text)

    assert isinstance(found, (str, bool, int, float, type(None)))
    assert not (problems and found is not None)
