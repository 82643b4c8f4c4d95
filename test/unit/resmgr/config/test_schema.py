# SPDX-License-Identifier: Apache-2.0
"""Field types, each by itself."""

from typing import Any

import pytest

from resmgr.config import problem, schema


def _check(type_: schema.Type, value: Any) -> list[str]:
    findings = problem.Findings()
    type_.check(value, problem.Place("at", findings))
    return [str(found) for found in findings.problems()]


RECORD = schema.Record(
    (
        schema.Field("Name", schema.Text("name"), "A name.", required=True),
        schema.Field("MinCPUs", schema.Integer(), "Least."),
        schema.Field("MaxCPUs", schema.Integer(), "Most."),
    ),
    (schema.not_above("MinCPUs", "MaxCPUs"),),
)
MANY = schema.Text(choices=tuple(f"c{number}" for number in range(9)))
MODES = schema.Text(choices=("", "on", "off"), ignore_case=True)
NAMES = schema.MapOf(schema.Boolean(), "name", lambda key: None if key else "empty")


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (schema.Boolean(), False),
        (schema.Integer(), 0),
        (schema.Integer(-1), -1),
        (schema.Text(), ""),
        (schema.Text(lenient=True), 80),
        (schema.Text(lenient=True), 1.5),
        (schema.Text(lenient=True, choices=("true",)), True),
        (MODES, "OFF"),
        (MODES, ""),
        (schema.ListOf(schema.Integer()), [1, 2]),
        (NAMES, {"a": True, "b": None}),
        (RECORD, {"Name": "x"}),
        (RECORD, {"name": "x", "mincpus": 2, "MAXCPUS": 2}),
        (RECORD, {"Name": "x", "MinCPUs": 2, "MaxCPUs": 0}),
        (RECORD, {"Name": "x", "MinCPUs": None}),
    ],
)
def test_right_values(type_: schema.Type, value: Any) -> None:
    """Keys of records in any case; None for what is not given."""
    assert _check(type_, value) == []


@pytest.mark.parametrize(
    ("type_", "value", "wrong"),
    [
        (schema.Boolean(), 1, "at: expected true or false, got a number"),
        (schema.Boolean(), "true", "at: expected true or false, got text"),
        (schema.Integer(), True, "at: expected a whole number, got true or false"),
        (schema.Integer(), 1.0, "at: expected a whole number, got a number"),
        (schema.Integer(), -1, "at: -1 is not between 0 and 2147483647"),
        (schema.Text("a path"), 80, "at: expected a path, got a number, put it in quotes"),
        (schema.Text(lenient=True), [], "at: expected text, got a list"),
        (schema.Text(max_length=2), "abc", "at: longer than 2 characters"),
        (schema.Text(), "a\nb", 'at: "a\\nb" holds characters that cannot be printed'),
        (schema.Text(syntax=lambda _: "no"), "x", "at: no"),
        (MODES, "of", 'at: unknown value "of", did you mean on'),
        (
            MANY,
            "nothing",
            'at: unknown value "nothing", write one of c0, c1, c2, c3, c4, c5, c6, c7, c8',
        ),
        (schema.Special("x", lambda _: "never"), 1, "at: never"),
        (schema.ListOf(schema.Integer()), 1, "at: expected a list, got a number"),
        (schema.ListOf(schema.Integer()), [1, "x"], "at[1]: expected a whole number, got text"),
        (schema.ListOf(schema.Integer()), [None], "at[0]: empty item"),
        (schema.ListOf(schema.Integer()), [0] * 4097, "at: more than 4096 items"),
        (
            schema.ListOf(schema.Record((schema.Field("Name", schema.Text(), ""),)), "Name"),
            [{"Name": "a"}, {"Name": "b"}, {}, {"name": "a"}],
            'at[3].name: "a" is defined twice',
        ),
        (NAMES, [], "at: expected a mapping, got a list"),
        (NAMES, {"": True}, 'at[""]: empty'),
        (NAMES, {"a": 1}, "at.a: expected true or false, got a number"),
        (
            schema.MapOf(schema.Boolean(), "name", max_entries=1),
            {"a": True, "b": True},
            "at: more than 1 keys",
        ),
        (
            schema.MapOf(schema.Boolean(), "name", known=("rdt", "cri")),
            {"rtd": True},
            "at.rtd: unknown key, did you mean rdt",
        ),
        (RECORD, "x", "at: expected a mapping, got text"),
        (RECORD, {"Name": "x", "MinCPU": 1}, "at.MinCPU: unknown key, did you mean MinCPUs"),
        (
            RECORD,
            {"Name": "x", "name": "y"},
            "at.name: the same key as Name in other case, given twice",
        ),
        (RECORD, {}, "at.Name: missing"),
        (RECORD, {"Name": None}, "at.Name: missing"),
        (
            RECORD,
            {"Name": "x", "mincpus": 3, "MaxCPUs": 2},
            "at.MinCPUs: 3 is more than MaxCPUs 2",
        ),
    ],
)
def test_wrong_values(type_: schema.Type, value: Any, wrong: str) -> None:
    """One problem, at its own place."""
    assert _check(type_, value) == [wrong]


def test_rules_wait_until_their_fields_are_right() -> None:
    """Numbers are compared once both are numbers, whatever else is wrong."""
    record = schema.Record(RECORD.fields, (lambda _, place: place.problem("never"),))

    assert _check(RECORD, {"MinCPUs": 3, "MaxCPUs": "2"}) == [
        "at.MaxCPUs: expected a whole number, got text",
        "at.Name: missing",
    ]
    assert _check(RECORD, {"MinCPUs": 3, "MaxCPUs": 2}) == [
        "at.Name: missing",
        "at.MinCPUs: 3 is more than MaxCPUs 2",
    ]
    assert _check(record, {"MinCPUs": 3}) == ["at.Name: missing"]


def test_types_describe_themselves() -> None:
    """The reference is made of these words."""
    assert schema.ListOf(MODES).describe() == "list of one of on, off"
    assert NAMES.describe() == "mapping from name to true or false"
    assert RECORD.describe() == "mapping with the keys Name, MinCPUs, MaxCPUs"
    assert schema.Integer(1).describe() == "whole number from 1"
