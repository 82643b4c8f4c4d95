# SPDX-License-Identifier: Apache-2.0
"""Partitions and classes of module `rdt` as they are to each other."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "{a: {l3Allocation: 60%}, b: {l3Allocation: 40%}}",
        "{a: {L3Allocation: 60%}, b: {l3allocation: 40%}}",
        "{a: {l3Allocation: {0: 60%, 1: 60%}}, b: {l3Allocation: {0: 60%, 1: 60%}}}",
        "{a: {l3Allocation: 100%}, b: {l3Allocation: {0: 40%}}}",
        "{a: {l3Allocation: '0xf0'}, b: {l3Allocation: '0xf'}}",
        "{a: {mbAllocation: [50%]}, b: {}}",
        "{a: {classes: {x: {}}}, b: {classes: {y: {}}}}",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Shares for single caches are not compared, since the caches may not be there."""
    assert judge(f"rdt: {{partitions: {data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (
            "{a: {l3Allocation: 60%}, b: {l3Allocation: 50%}}",
            ("rdt.partitions: l3Allocation: the partitions take more than 100% together, 110%"),
        ),
        (
            "{a: {l3Allocation: {all: 60%}}, b: {L3Allocation: 50%}}",
            "more than 100% together, 110%",
        ),
        (
            (
                "{a: {l3Allocation: {all: {unified: 50%, code: 60%, data: 40%}}}, b: "
                "{l3Allocation: 50%}}"
            ),
            "more than 100% together, 110%",
        ),
        (
            "{a: {l3Allocation: 60%}, b: {l3Allocation: '0xff'}}",
            "percentages and bitmasks are mixed",
        ),
        (
            "{a: {l3Allocation: '0xf0'}, b: {l3Allocation: 0-4}}",
            'l3Allocation: partitions "a" and "b" overlap',
        ),
        (
            "{a: {l2Allocation: 60%}, b: {}}",
            "rdt.partitions.b.l2Allocation: missing, since other partitions have it",
        ),
        (
            "{a: {classes: {x: {l3Allocation: 60%}}}}",
            ('rdt.partitions.a.classes.x.l3Allocation: its partition "a" has no l3Allocation'),
        ),
        (
            "{a: {classes: {x: {}}}, b: {Classes: {x: {}}}}",
            'rdt.partitions.b.classes.x: the class is already in partition "a"',
        ),
        (
            "{a: {classes: {'': {}}}, b: {classes: {system/default: {}}}}",
            'the class is already in partition "a"',
        ),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """What no machine can do."""
    problems = judge(f"rdt: {{partitions: {data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
