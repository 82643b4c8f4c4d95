# SPDX-License-Identifier: Apache-2.0
"""Module `instrumentation`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "Sampling: production",
        "Sampling: 0.5",
        "Sampling: '1'",
        "Sampling: 0",
        "ReportPeriod: 15000000000",
        "JaegerCollector: 'http://host:14268/api/traces'",
        "JaegerAgent: 'host:6831'",
        "HTTPEndpoint: ':8891'",
        "HTTPEndpoint: '[::1]:8891'",
        "HTTPEndpoint: ''",
        "PrometheusExport: true",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Periods in nanoseconds, addresses with or without host."""
    assert judge(f"instrumentation: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (
            "Sampling: sometimes",
            "neither of disabled, production, testing nor a number from 0 to 1",
        ),
        ("Sampling: 1.1", "1.1 is not between 0 and 1"),
        ("Sampling: 'nan'", "nan is not between 0 and 1"),
        ("Sampling: true", "got true or false"),
        ("ReportPeriod: 15s", "instrumentation.ReportPeriod: expected a whole number, got text"),
        ("HTTPEndpoint: 8891", "expected [host]:port, got a number"),
        ("HTTPEndpoint: '8891'", "is not like host:port or :port"),
        ("HTTPEndpoint: ':88910'", "is not like host:port or :port"),
        ("JaegerAgent: host", "is not like host:port or :port"),
        ("JaegerCollector: 'ftp://host'", "is not an HTTP URL"),
        ("PrometheusExport: enabled", "expected true or false, got text"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """No durations, no numbers for text."""
    problems = judge(f"instrumentation: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
