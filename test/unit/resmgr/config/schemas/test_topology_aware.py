# SPDX-License-Identifier: Apache-2.0
"""Modules `policy.topology-aware` and `policy.memtier`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        (
            "policy.topology-aware: {PinCPU: true, PinMemory: false, PreferIsolatedCPUs: "
            "true, PreferSharedCPUs: false}"
        ),
        (
            "policy.memtier: {ReservedPoolNamespaces: [kube-system, 'gardener-*'], "
            "ColocatePods: true, ColocateNamespaces: true}"
        ),
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Both names have a section with the same keys."""
    assert judge(f"{data}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (
            "policy.topology-aware: {PinCPUs: true}",
            "policy.topology-aware.PinCPUs: unknown key, did you mean PinCPU",
        ),
        (
            "policy.topology-aware: {ReservedPoolNamespaces: kube-system}",
            "expected a list, got text",
        ),
        (
            "policy.memtier: {ReservedPoolNamespaces: ['[a']}",
            "policy.memtier.ReservedPoolNamespaces[0]: ",
        ),
        ("policy.topology-aware: {PageMoveInterval: 1s}", "PageMoveInterval: unknown key"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """A pattern that stops matching half-way is refused."""
    problems = judge(f"{data}")

    assert len(problems) == 1
    assert wrong in problems[0]
