# SPDX-License-Identifier: Apache-2.0
"""Module `cpu`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "{}",
        (
            "{turbo: {minFreq: 2600000, maxFreq: 2800000, uncoreMinFreq: 0, "
            "uncoreMaxFreq: 2300000}, normal: {minfreq: 1}}"
        ),
        "{'': {maxFreq: 1}}",
        "{a: {energyPerformancePreference: 1}}",
        "{a: ~}",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Also the class without a name."""
    assert judge(f"cpu: {{classes: {data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("{a: {minFreq: 3, maxFreq: 2}}", "cpu.classes.a.minFreq: 3 is more than maxFreq 2"),
        ("{a: {minFreq: 2.6GHz}}", "expected a whole number, got text"),
        ("{a: {minFrequency: 1}}", "cpu.classes.a.minFrequency: unknown key"),
        ("[a]", "cpu.classes: expected a mapping, got a list"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Frequencies are whole numbers, the lower one is not the higher one."""
    problems = judge(f"cpu: {{classes: {data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
