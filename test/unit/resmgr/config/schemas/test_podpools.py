# SPDX-License-Identifier: Apache-2.0
"""Module `policy.podpools`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{Name: a, CPU: 2}",
        "{name: a, cpu: '0x10', maxpods: 3, instances: 2, fillorder: Packed}",
        "{Name: a, CPU: 2, Instances: 10 CPUs}",
        "{Name: a, CPU: 2, Instances: 8cpu}",
        "{Name: a, CPU: 2, Instances: 90 %}",
        "{Name: a, CPU: 2, Instances: 100%}",
        "{Name: a, CPU: 2, Instances: ''}",
        "{Name: reserved, MaxPods: 5}",
        "{Name: default, CPU: 3, Instances: 1}",
        "{Name: a, CPU: 1, MaxPods: -1}",
        "{Name: a, CPU: 1, FillOrder: Packed, Instances: 1}",
        "{Name: a, CPU: 1, FillOrder: Packed, Instances: 50%}",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """CPUs in decimal and hexadecimal, every form of Instances, built-in pools without CPUs."""
    assert judge(f"policy.podpools: {{Pools: [{data}]}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("{CPU: 2}", "Pools[0].Name: missing"),
        ("{Name: '', CPU: 2}", "Pools[0].Name: undefined or empty name"),
        ("{Name: a, CPU: 1}, {Name: a, CPU: 2}", 'Pools[1].Name: "a" is defined twice'),
        ("{Name: a}", "Pools[0].CPU: missing CPUs"),
        ("{Name: a, CPU: 55%}", 'invalid CPUs per pool: "55%"'),
        ("{Name: a, CPU: 0}", 'invalid CPUs per pool: "0"'),
        ("{Name: a, CPU: -1}", 'invalid CPUs per pool: "-1"'),
        ("{Name: a, CPU: '0x0'}", 'invalid CPUs per pool: "0x0"'),
        ("{Name: a, CPU: 100000}", "invalid CPUs per pool"),
        ("{Name: a, CPU: 1.5}", "expected a number of CPUs, got a number"),
        ("{Name: a, CPU: true}", "expected a number of CPUs, got true or false"),
        ("{Name: a, CPU: 2, Instances: 2 CPUs CPU}", 'invalid Instances: "2 CPUs CPU" is not like'),
        ("{Name: a, CPU: 2, Instances: -1}", "invalid Instances"),
        ("{Name: a, CPU: 2, Instances: 0}", "at least one"),
        ("{Name: a, CPU: 2, Instances: 101 %}", "101 % is more than all CPUs"),
        ("{Name: a, CPU: 2, Instances: [1]}", "expected a number of instances, got a list"),
        ("{Name: a, CPU: 2, FillOrder: packed}", 'unknown value "packed", did you mean Packed'),
        ("{Name: a, CPU: 1, FillOrder: Packed, Instances: 3}", "2 pool(s) unreachable"),
        ("{Name: a, CPU: 1, MaxPod: 3}", "Pools[0].MaxPod: unknown key, did you mean MaxPods"),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """What is wrong on any machine."""
    problems = judge(f"policy.podpools: {{Pools: [{data}]}}")

    assert len(problems) == 1
    assert wrong in problems[0]
