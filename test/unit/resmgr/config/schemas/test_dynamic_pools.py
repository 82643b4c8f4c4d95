# SPDX-License-Identifier: Apache-2.0
"""Module `policy.dynamic-pools`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "PinCPU: true, PinMemory: false, ReservedPoolNamespaces: [a]",
        (
            "DynamicPoolTypes: [{Name: a, Namespaces: [b], CpuClass: c, "
            "AllocatorPriority: 2}, {Name: shared}]"
        ),
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """User pools and built-in ones."""
    assert judge(f"policy.dynamic-pools: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("DynamicPoolTypes: [{Namespaces: [b]}]", "DynamicPoolTypes[0].Name: missing"),
        (
            "DynamicPoolTypes: [{Name: a, CpuClass: 1}]",
            "DynamicPoolTypes[0].CpuClass: expected name of a class",
        ),
        ("DynamicPoolTypes: [{Name: a}, {name: a}]", 'Types[1].name: "a" is defined twice'),
        ("DynamicPoolTypes: [{Name: a, AllocatorPriority: -1}]", "-1 is not between 0 and 3"),
        ("DynamicPools: []", "did you mean DynamicPoolTypes"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """No numbers for text here."""
    problems = judge(f"policy.dynamic-pools: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
