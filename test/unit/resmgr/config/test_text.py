# SPDX-License-Identifier: Apache-2.0
"""Strict YAML: data, limits, bombs."""

import json
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
import yaml

from resmgr.config import problem, text


def _load(document: str) -> tuple[Any, list[str]]:
    """The value, `...` when unreadable, and the problems."""
    findings = problem.Findings()
    loaded = text.load(document, problem.Place("doc", findings))
    return (loaded.value if loaded else ...), [str(found) for found in findings.problems()]


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ("", None),
        ("# only this\n", None),
        ("---\n...\n", None),
        ("a: {b: [1, x, ~]}", {"a": {"b": [1, "x", None]}}),
        ("\ufeffa: 1\r\n", {"a": 1}),
        ("0: x\non: y\n~: z\n", {"0": "x", "on": "y", "~": "z"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("a: !!str 12\nb: !!map {c: !!seq []}", {"a": "12", "b": {"c": []}}),
    ],
)
def test_plain_documents(document: str, value: object) -> None:
    """One document of plain data; keys are text as written."""
    assert _load(document) == (value, [])


def test_aliases_and_merge_keys_are_followed() -> None:
    """Own keys count above merged ones, the first merged mapping above later ones."""
    value, problems = _load(
        "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b], y: 3}\nd: *a\ne: {'<<': 1}"
    )

    assert problems == []
    assert value["c"] == {"x": 1, "y": 3, "z": 2}
    assert value["d"] == {"x": 1, "y": 1}
    assert value["e"] == {"<<": 1}


def test_a_merge_key_needs_mappings() -> None:
    """Anything else is a problem at its place."""
    _, problems = _load("a: {<<: [1]}")

    assert problems == ['doc.a["<<"]: the merge key << takes a mapping or a list of mappings']


def test_duplicate_keys_name_their_first_line() -> None:
    """Also where one is quoted; the first one stays, and reading goes on."""
    value, problems = _load("a: 1\nb: 2\n'a': 3\nc: {x: 1, x: .nan}\n")

    assert value == {"a": 1, "b": 2, "c": {"x": 1}}
    assert problems == [
        "doc.a: duplicate key, first given in line 1",
        'doc.c.x: ".nan" is no number that can be used here',
        "doc.c.x: duplicate key, first given in line 4",
    ]


_LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("a: [", "not YAML: line 2, column 1"),
        ("a: b: c", "mapping values are not allowed"),
        ("\t- x", "not YAML"),
        ("a: \0", "control characters are not allowed"),
        ("a: \x1b", "control characters are not allowed"),
        ("a: \ud800", "half of a surrogate pair"),
        ("a: 1\n---\nb: 2", "line 2, column 1: more than one YAML document"),
        ("x" * (text.MAX_BYTES + 1), "longer than 64 KiB"),
        ("ö" * (text.MAX_BYTES // 2 + 1), "longer than 64 KiB"),
        ("x" * 5_000_000, "longer than 64 KiB"),
        ("[" * 21, "line 1, column 21: nested deeper than 20 levels"),
        ("[" * 60_000, "nested deeper than 20 levels"),
        ("- " * 30_000, "nested deeper than 20 levels"),
        ("{a: " * 15_000, "nested deeper than 20 levels"),
        ("a: &a " + "[" * 12 + "]" * 12 + "\nb: " + "[" * 12 + "*a" + "]" * 12, "by an alias"),
        ("a: &a x\nb: [" + "*a," * 101 + "]", "more than 100 aliases"),
        ("a: &a " + "x" * 60_000 + "\nb: [" + "*a," * 50 + "]", "aliases expand it to more than"),
        (_LAUGHS, "aliases expand it to more than"),
        ("a: &a [*a]", 'alias to a value that it is part of: "a"'),
        ("a: *b", 'alias to an anchor that is not there: "b"'),
        ("? [a]\n: b", "a key must be plain text"),
        ("&k a: 1", "an anchor on a key"),
        ("a: &x b\n*x : c", "a key must be plain text"),
        ("!!binary a: b", "is not supported"),
        ("a: !!binary aGk=", 'tag "tag:yaml.org,2002:binary" is not supported'),
        ("a: !!timestamp 2024-01-01", "is not supported"),
        ("a: !!set {b}", "is not supported"),
        ("a: !!python/object/apply:os.system [id]", "is not supported"),
        ("a: !own x", 'tag "!own" is not supported'),
        ("%TAG !e! tag:yaml.org,2002:python/\n---\na: !e!none x", "is not supported"),
        ("a: !!map [b]", "is not supported"),
        ("%YAML 3.0\n---\na: 1", "not YAML"),
    ],
)
def test_what_cannot_be_read_is_one_problem(document: str, reason: str) -> None:
    """Limits, bombs, foreign tags and broken syntax end the reading, with the position."""
    value, problems = _load(document)

    assert value is ...
    assert len(problems) == 1
    assert reason in problems[0]
    assert problems[0].startswith("doc: ")


@pytest.mark.parametrize(
    "document",
    [
        "[" * 20 + "]" * 20,
        "a: &a x\nb: [" + "*a," * 100 + "]",
        "# " + "x" * (text.MAX_BYTES - 2),
        "{" + "a,b," * 5 + "c" * 60_000 + "}",
    ],
)
def test_the_limits_themselves_are_allowed(document: str) -> None:
    """20 levels, 100 aliases, 64 KiB."""
    value, _ = _load(document)

    assert value is not ...


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@hypothesis.settings(deadline=None)
@hypothesis.given(JSON)
def test_what_the_library_writes_is_read_back(value: Any) -> None:
    """Our rules for scalars are no wider than those by which the writer quotes."""
    written = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True)

    assert _load(written) == (value, [])


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text() | st.text("{}[],:&*!|>'\"%@`-? \n\ta<0.~#", max_size=60))
def test_any_text_is_read_or_refused(document: str) -> None:
    """Nothing raises, and what is unreadable has exactly one reason more."""
    value, problems = _load(document)

    assert value is not ... or problems
    json.dumps(value, default=str)
