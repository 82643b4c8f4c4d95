# SPDX-License-Identifier: Apache-2.0
"""Module `rdt`: options, shares and names."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "",
        (
            "options: {mode: Discovery, monitoringDisabled: true, l2: {optional: false}, "
            "l3: {optional: true}, mb: ~}"
        ),
        (
            "partitions: {a: {l3Allocation: 60%, mbAllocation: [100%], classes: "
            "{Guaranteed: {l3Allocation: 100%}}}}"
        ),
        (
            "partitions: {a: {l3Allocation: {all: 100%, '0,2-3': {unified: 50%, code: "
            "40%, data: 60%}}}}"
        ),
        "partitions: {a: {l3Allocation: '0xff0'}, b: {l3Allocation: 0-3}}",
        "partitions: {a: {mbAllocation: {all: [50%, 1000MBps], 0: [1%]}}}",
        (
            "partitions: {a: {l2Allocation: 50%, classes: {c: {l2Allocation: 10-50%, "
            "kubernetes: {denyPodAnnotation: true}}, '': ~}}}"
        ),
        "partitions: {a: {classes: {system/default: {}}}}",
        "partitions: {a: ~}",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Every form of a share."""
    assert judge(f"rdt: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("options: {mode: full}", 'rdt.options.mode: unknown value "full", did you mean Full'),
        ("options: {l4: {}}", "rdt.options.l4: unknown key"),
        ("options: {l3: true}", "rdt.options.l3: expected a mapping, got true or false"),
        ("partitions: {'': {}}", "undefined or empty name"),
        (
            "partitions: {a: {l3Allocation: 50}}",
            (
                "rdt.partitions.a.l3Allocation: expected N%, 0xMASK or bits, got a number, "
                "put it in quotes"
            ),
        ),
        ("partitions: {a: {l3Allocation: 0%}}", "is no percentage from 1% to 100%"),
        ("partitions: {a: {l3Allocation: 101%}}", "is no percentage from 1% to 100%"),
        ("partitions: {a: {l3Allocation: x%}}", "is no percentage from 1% to 100%"),
        ("partitions: {a: {l3Allocation: 10-20%}}", "a range of percentages is for classes only"),
        ("partitions: {a: {l3Allocation: '0xf0f'}}", "is not one contiguous block of bits"),
        ("partitions: {a: {l3Allocation: '0,2'}}", "is not one contiguous block of bits"),
        ("partitions: {a: {l3Allocation: '0x0'}}", "is not one contiguous block of bits"),
        ("partitions: {a: {l3Allocation: 0-64}}", "neither a percentage, nor a bitmask"),
        ("partitions: {a: {l3Allocation: half}}", "neither a percentage, nor a bitmask"),
        ("partitions: {a: {l3Allocation: {every: 50%}}}", "a.l3Allocation.every: "),
        (
            "partitions: {a: {l3Allocation: {all: 50}}}",
            ("a.l3Allocation.all: expected a share such as 50%, got a number, put it in quotes"),
        ),
        (
            "partitions: {a: {l3Allocation: {all: {code: 50%, data: 50%}}}}",
            "a.l3Allocation.all.unified: missing",
        ),
        (
            "partitions: {a: {l3Allocation: {all: {unified: 50%, code: 50%}}}}",
            "a.l3Allocation.all.data: missing",
        ),
        (
            "partitions: {a: {l3Allocation: {all: {unified: 50%, data: 50%}}}}",
            "a.l3Allocation.all.code: missing",
        ),
        ("partitions: {a: {mbAllocation: 50%}}", "a.mbAllocation: expected a list, got text"),
        (
            "partitions: {a: {mbAllocation: [50]}}",
            "a.mbAllocation[0]: expected N% or NMBps, got a number",
        ),
        ("partitions: {a: {mbAllocation: [0%]}}", '"0%" is not like 50% or 1000MBps'),
        ("partitions: {a: {mbAllocation: [5GBps]}}", '"5GBps" is not like 50% or 1000MBps'),
        (
            "partitions: {a: {l2Allocation: 1%, classes: {c: {l2Allocation: 50-10%}}}}",
            "is no percentage",
        ),
        ("partitions: {a: {classes: {..: {}}}}", '".." cannot be the name of a class'),
        ("partitions: {a: {classes: {a/b: {}}}}", '"a/b" cannot be the name of a class'),
        ('partitions: {a: {classes: {"a\\nb": {}}}}', "cannot be the name of a class"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Shares that no cache has, names that are no folder."""
    problems = judge(f"rdt: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
