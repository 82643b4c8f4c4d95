# SPDX-License-Identifier: Apache-2.0
"""Problems, places and what messages repeat of the input."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import problem


@pytest.mark.parametrize(
    ("path", "hint", "text"),
    [
        ("a.b", "did you mean c", "a.b: wrong, did you mean c"),
        ("a.b", None, "a.b: wrong"),
        ("", None, "wrong"),
    ],
)
def test_a_problem_reads_as_path_message_hint(path: str, hint: str | None, text: str) -> None:
    """What is missing leaves no punctuation behind."""
    assert str(problem.Problem(path, "wrong", hint)) == text


def test_the_exception_names_every_problem() -> None:
    """One message holds all paths."""
    error = problem.ConfigProblems([problem.Problem("a", "x"), problem.Problem("b", "y", "z")])

    assert str(error) == "cannot use the configuration: a: x; b: y, z"


def test_places_make_field_paths() -> None:
    """Keys are joined by dots, items and odd keys stand in brackets."""
    place = problem.Place("spec", problem.Findings())

    assert place.key("list").item(2).key("a/b.c").path == "spec.list[2].a/b.c"
    assert place.key("a b\n").key("").path == 'spec["a b\\n"][""]'


def test_the_root_may_have_no_name() -> None:
    """A path never begins with a dot."""
    assert problem.Place("", problem.Findings()).key("policy").path == "policy"


def test_problems_beyond_the_limit_are_counted() -> None:
    """The list ends with how many more there are."""
    findings = problem.Findings()
    for index in range(problem.LISTED + 7):
        problem.Place("x", findings).item(index).problem("wrong")

    problems = findings.problems()
    assert len(problems) == problem.LISTED + 1
    assert str(problems[-1]) == "and 7 more problems"
    assert findings.count == problem.LISTED + 7


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", '"plain"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("\x1b[31m\n", '"\\x1b[31m\\n"'),
        ("\u202e", '"\\u202e"'),
        ("\ud800", '"\\ud800"'),
        ("größe", '"größe"'),
    ],
)
def test_quoted_values_cannot_steer_a_terminal(value: str, shown: str) -> None:
    """Control characters, bidirectional marks and halves of surrogates are escaped."""
    assert problem.quote(value) == shown


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text())
def test_quoted_values_are_short_and_printable(value: str) -> None:
    """Whatever is quoted fits in a message and can be encoded."""
    shown = problem.quote(value * 50)

    assert shown.isprintable()
    assert len(shown.encode()) < 1000


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "nothing"),
        (True, "true or false"),
        (1, "a number"),
        (1.5, "a number"),
        ("x", "text"),
        ([], "a list"),
        ({}, "a mapping"),
        (b"", "a value of type bytes"),
    ],
)
def test_kinds_are_words_of_yaml(value: object, word: str) -> None:
    """Messages do not talk in Python's types."""
    assert problem.kind(value) == word
