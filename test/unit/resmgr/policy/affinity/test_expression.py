# SPDX-License-Identifier: Apache-2.0
"""Expressions over containers."""

import pytest

from resmgr.model import Container, Pod
from resmgr.policy.affinity import expression
from resmgr.policy.interface import Subject

SUBJECT = Subject(
    Container(
        "c",
        "p",
        "C1",
        namespace="cns",
        labels={"l1": "clone", "l2": "cltwo", "l3": "clthree"},
        tags={"t1": "ctone", "t2": "cttwo", "t4": "ctfour"},
    ),
    Pod("p", "u", "P1", "pns", labels={"l1": "plone", "l2": "pltwo", "l5": "plfive"}),
)


def true(key: str, operator: str, *values: str) -> bool:
    """Judge an expression on the subject."""
    return expression.test(expression.of(key, operator, values))(SUBJECT)


@pytest.mark.parametrize(
    ("key", "value", "there"),
    [
        ("name", "C1", True),
        ("pod/name", "P1", True),
        ("namespace", "cns", True),
        ("labels/l1", "clone", True),
        ("labels/l4", "clfour", False),
        ("tags/t1", "ctone", True),
        ("tags/t3", "ctthree", False),
        ("pod/labels/l1", "plone", True),
        ("pod/labels/l3", "plthree", False),
        ("pod/labels/l5", "plfive", True),
        ("pod/labels/l4", "x", False),
        ("unknown", "x", False),
    ],
)
def test_values_are_compared(key: str, value: str, there: bool) -> None:  # noqa: FBT001
    """The table of section 5.5: what is not there is not equal to anything."""
    assert true(key, "Equals", value) is there
    assert true(key, "NotEqual", value) is not there
    assert true(key, "In", "foo", value) is there
    assert true(key, "NotIn", "foo") is True
    assert true(key, "NotIn", value) is not there
    assert true(key, "Exists") is there
    assert true(key, "NotExist") is not there


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("Equals", ["*"], True),
        ("NotEqual", ["*"], True),
        ("In", ["x", "*"], True),
        ("NotIn", ["*"], False),
        ("In", [], False),
        ("NotIn", [], True),
        ("Matches", ["C?"], True),
        ("Matches", ["D*"], False),
        ("MatchesNot", ["C?"], False),
        ("MatchesAny", ["x", "C[0-9]"], True),
        ("MatchesAny", ["["], False),
        ("MatchesNone", ["x", "y"], True),
        ("MatchesNone", ["["], True),
        ("AlwaysTrue", ["whatever"], True),
    ],
)
def test_operators_do_what_they_say(operator: str, values: list[str], expected: bool) -> None:  # noqa: FBT001
    """A star equals everything, but is not special where things are to differ."""
    assert true("name", operator, *values) is expected


@pytest.mark.parametrize("operator", sorted(expression.OPERATORS))
def test_a_key_that_is_not_there_is_true_of_negations_only(operator: str) -> None:
    """And of what is always true."""
    values = () if operator in ("Exists", "NotExist") else ("*",)

    assert true("nothing", operator, *values) is (
        operator.startswith("Not")
        or operator
        in (
            "MatchesNot",
            "MatchesNone",
            "AlwaysTrue",
        )
    )


@pytest.mark.parametrize(
    ("operator", "values", "message"),
    [
        ("equals", ["x"], 'unknown operator: "equals"'),
        ("NotExists", [], 'unknown operator: "NotExists"'),
        ("", [], 'unknown operator: ""'),
        ("Equals", [], "'Equals' requires a single value"),
        ("Matches", ["a", "b"], "'Matches' requires a single value"),
        ("Exists", ["a"], "'Exists' does not take any values"),
    ],
)
def test_wrong_expressions_are_refused(operator: str, values: list[str], message: str) -> None:
    """With the words of the original."""
    with pytest.raises(expression.BadExpression, match=f"^expression: .*{message}"):
        expression.of("name", operator, tuple(values))


@pytest.mark.parametrize(
    ("operator", "meant"),
    [
        ("NotExists", "NotExist"),
        ("equals", "Equals"),
        ("MATCHESANY", "MatchesAny"),
        ("notin", "NotIn"),
        ("NotEquals", "NotEqual"),
        ("Exsits", "Exists"),
    ],
)
def test_who_is_nearly_right_is_told_the_operator(operator: str, meant: str) -> None:
    """The documents of the original call one of them otherwise than its code."""
    with pytest.raises(expression.BadExpression, match=f'"{operator}", did you mean {meant}$'):
        expression.of("name", operator)


@pytest.mark.parametrize("operator", ["", "Like", "x" * 100_000])
def test_who_is_far_from_right_is_told_nothing_wrong(operator: str) -> None:
    """No operator is near."""
    with pytest.raises(expression.BadExpression, match=f'unknown operator: "{operator}"$'):
        expression.of("name", operator)


def test_expressions_show_themselves() -> None:
    """As logs and errors have them."""
    assert str(expression.of("name", "In", ("a", "b"))) == "<name In a,b>"
    assert str(expression.of("name", "Exists")) == "<name Exists>"
