# SPDX-License-Identifier: Apache-2.0
"""Module `policy.balloons`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "PinCPU: true, PinMemory: ~, IdleCPUClass: idle",
        (
            "ReservedPoolNamespaces: [a], AllocatorTopologyBalancing: true, "
            "PreferSpreadOnPhysicalCores: true"
        ),
        (
            "BalloonTypes: [{Name: a, Namespaces: ['*'], MinCPUs: 1, MaxCPUs: 2, "
            "AllocatorPriority: 3, CPUClass: turbo}]"
        ),
        (
            "BalloonTypes: [{name: a, CpuClass: turbo, ShareIdleCPUsInSame: NUMA, "
            "MinBalloons: 1, MaxBalloons: 1}]"
        ),
        "BalloonTypes: [{Name: a, MinCPUs: 5, MaxCPUs: 0, ShareIdleCPUsInSame: ''}]",
        (
            "BalloonTypes: [{Name: reserved, AllocatorPriority: 1, Namespaces: [a]}, "
            "{Name: default, MinCPUs: 1, MaxCPUs: 2}]"
        ),
        (
            "BalloonTypes: [{Name: a, PreferSpreadingPods: true, "
            "PreferPerNamespaceBalloon: true, PreferNewBalloons: true}]"
        ),
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Keys of a type in any case, as samples spell them."""
    assert judge(f"policy.balloons: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("BalloonTypes: {a: {}}", "BalloonTypes: expected a list, got a mapping"),
        ("BalloonTypes: [{MinCPUs: 1}]", "BalloonTypes[0].Name: missing"),
        ("BalloonTypes: [{Name: ''}]", "undefined or empty name"),
        (
            "BalloonTypes: [{Name: 1}]",
            "BalloonTypes[0].Name: expected name of the balloon type, got a number",
        ),
        ("BalloonTypes: [{Name: a}, {Name: a}]", 'BalloonTypes[1].Name: "a" is defined twice'),
        (
            "BalloonTypes: [{Name: a, MinCPUs: 3, MaxCPUs: 2}]",
            "BalloonTypes[0].MinCPUs: 3 is more than MaxCPUs 2",
        ),
        (
            "BalloonTypes: [{Name: a, MinBalloons: 3, MaxBalloons: 2}]",
            "BalloonTypes[0].MinBalloons: 3 is more than MaxBalloons 2",
        ),
        ("BalloonTypes: [{Name: a, AllocatorPriority: 4}]", "4 is not between 0 and 3"),
        ("BalloonTypes: [{Name: a, AllocatorPriority: high}]", "expected a whole number, got text"),
        (
            "BalloonTypes: [{Name: a, ShareIdleCPUsInSame: numma}]",
            'unknown value "numma", did you mean numa',
        ),
        (
            "BalloonTypes: [{Name: reserved, MinCPUs: 1}]",
            "the built-in balloon type reserved takes none",
        ),
        (
            "BalloonTypes: [{Name: default, MinBalloons: 1}]",
            "the built-in balloon type default takes none",
        ),
        (
            "BalloonTypes: [{Name: a, CPUClas: x}]",
            "BalloonTypes[0].CPUClas: unknown key, did you mean CPUClass",
        ),
        ("BallonTypes: []", "policy.balloons.BallonTypes: unknown key, did you mean BalloonTypes"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Bounds, built-in types, misspelt keys."""
    problems = judge(f"policy.balloons: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
