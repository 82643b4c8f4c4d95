# SPDX-License-Identifier: Apache-2.0
"""Module `blockio`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "{}",
        (
            "{a: [{Weight: 80}, {Devices: [/dev/sda, '/dev/disk/by-id/*SSD*'], "
            "ThrottleReadBps: 60M, ThrottleWriteBps: 40M, ThrottleReadIOPS: 10k, "
            "ThrottleWriteIOPS: 5k, Weight: '50'}]}"
        ),
        "{a: [{devices: [/dev/sda], throttlereadbps: 0}]}",
        "{a: [{Weight: '', ThrottleReadBps: ''}]}",
        "{a: [{Weight: 10}, {Weight: 1000}]}",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Quantities, also as numbers, and empty ones."""
    assert judge(f"blockio: {{Classes: {data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("{a: {Weight: 80}}", "blockio.Classes.a: expected a list, got a mapping"),
        ("{'': []}", "undefined or empty name"),
        ("{a: [{Weight: 9}]}", 'blockio.Classes.a[0].Weight: "9" is not between 10 and 1000'),
        ("{a: [{Weight: 1001}]}", '"1001" is not between 10 and 1000'),
        ("{a: [{Weight: heavy}]}", '"heavy" is not a quantity'),
        ("{a: [{Devices: [/dev/sda], ThrottleReadBps: -1}]}", '"-1" is negative'),
        (
            "{a: [{ThrottleReadIOPS: 10k}]}",
            "blockio.Classes.a[0].ThrottleReadIOPS: a rate without Devices",
        ),
        ("{a: [{Devices: [], ThrottleReadIOPS: 10k}]}", "a rate without Devices"),
        ("{a: [{Devices: ['/dev/[sd']}]}", "blockio.Classes.a[0].Devices[0]: "),
        ("{a: [{Wejght: 80}]}", "blockio.Classes.a[0].Wejght: unknown key, did you mean Weight"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Weights out of range, rates that have no device."""
    problems = judge(f"blockio: {{Classes: {data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
