# SPDX-License-Identifier: Apache-2.0
"""Module `logger`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "Debug: 'resource-manager,cache,resource-control'",
        "Debug: 'on:*, off:cri/relay,cache'",
        "Debug: ''",
        "Debug: all, LogSource: true",
        (
            "Klog: {skip_headers: true, v: 3, stderrthreshold: info, log_file_max_size: "
            "'10', log_dir: /var/log}"
        ),
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """States carry over to the entries after them; flags take their textual form."""
    assert judge(f"logger: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("Debug: 'maybe:cache'", 'logger.Debug: invalid state "maybe" in "maybe:cache"'),
        ("Debug: 'on:'", "names no log source"),
        ("Debug: 'a,,b'", "names no log source"),
        ("Debug: [a]", "expected list of [state:]source, got a list"),
        (
            "Klog: {skip_header: true}",
            "logger.Klog.skip_header: unknown key, did you mean skip_headers",
        ),
        ("Klog: {v: high}", "is not a whole number"),
        ("Klog: {skip_headers: maybe}", 'unknown value "maybe"'),
        ("Klog: {stderrthreshold: loud}", "is no severity"),
        ("Klog: {log_backtrace_at: x}", "is not like file:line"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Unknown flags and states."""
    problems = judge(f"logger: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
