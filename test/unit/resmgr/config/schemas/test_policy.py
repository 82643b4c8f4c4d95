# SPDX-License-Identifier: Apache-2.0
"""Module `policy`: the active policy and CPU constraints."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "Active: none",
        "Active: memtier",
        "Active: ~",
        "ReservedResources: {CPU: 1}",
        "ReservedResources: {cpu: 0.75}",
        "ReservedResources: {CPU: 750m}",
        "ReservedResources: {CPU: '2'}",
        "ReservedResources: {CPU: 'cpuset:3'}",
        "ReservedResources: {CPU: '0-3,8'}",
        "ReservedResources: {CPU: '1,3'}",
        "ReservedResources: {CPU: 'cgroup:system.slice'}",
        "AvailableResources: {CPU: /sys/fs/cgroup/cpuset/kubepods}",
        "AvailableResources: {CPU: 4}",
        "Active: static-pools, AvailableResources: {CPU: 4}",
        "Active: balloons, AvailableResources: {CPU: 'cpuset:0-7'}",
        "Active: balloons, AvailableResources: {CPU: '0-7'}",
        "Active: balloons, AvailableResources: {CPU: /a}",
        "ReservedResources: ~",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Numbers, quantities, lists and cgroups, whether the machine has them or not."""
    assert judge(f"policy: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("Active: ballons", 'policy.Active: unknown value "ballons", did you mean balloons'),
        ("Active: Static", "did you mean static"),
        ("Active: [static]", "policy.Active: expected one of none, static"),
        ("static-plus: {}", "policy.static-plus: unknown key, did you mean static-pools"),
        ("ReservedResources: 1", "policy.ReservedResources: expected a mapping, got a number"),
        (
            "ReservedResources: {Memory: 1}",
            "policy.ReservedResources.Memory: unknown key, known: CPU",
        ),
        ("ReservedResources: {CPU: 1, cpu: 2}", "given twice"),
        (
            "ReservedResources: {CPU: true}",
            "policy.ReservedResources.CPU: expected CPUs, got true or false",
        ),
        ("ReservedResources: {CPU: -1}", "-1 is no number of CPUs"),
        ("ReservedResources: {CPU: 1.0e+30}", "is no number of CPUs"),
        ("ReservedResources: {CPU: ''}", "missing CPU constraint value"),
        ("ReservedResources: {CPU: 'cpuset:'}", "is not a CPU list"),
        ("ReservedResources: {CPU: 3-1}", "runs backwards"),
        ("ReservedResources: {CPU: two}", '"two" is not a quantity'),
        ("ReservedResources: {CPU: 'cpu:1'}", 'invalid CPU constraint qualifier "cpu"'),
        ("ReservedResources: {CPU: 'cgroup:'}", "is no directory of a cgroup"),
        ("ReservedResources: {CPU: /a/../b}", "is no directory of a cgroup"),
        ('ReservedResources: {CPU: "0\\n1"}', "is no CPU constraint"),
        (
            "Active: balloons, AvailableResources: {CPU: 4}",
            ("policy balloons has to know which CPUs, not how many, name them, as in cpuset:0-7"),
        ),
        ("Active: static, AvailableResources: {cpu: '4'}", "policy static has to know which CPUs"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """What no policy could start with."""
    problems = judge(f"policy: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
