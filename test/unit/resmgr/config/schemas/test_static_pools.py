# SPDX-License-Identifier: Apache-2.0
"""Module `policy.static-pools`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "pools: {}",
        (
            "pools: {exclusive: {exclusive: true, cpuLists: [{Socket: 0, Cpuset: '0,40'},"
            " {socket: 1, cpuset: 3}]}}"
        ),
        "pools: {shared: ~}",
        "ConfDirPath: /etc/cmk, ConfFilePath: '', LabelNode: true, TaintNode: false",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Numbers for CPU lists, keys in any case below the module."""
    assert judge(f"policy.static-pools: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("pools: []", "pools: expected a mapping, got a list"),
        ("pools: {'': {}}", "undefined or empty name"),
        ("pools: {a: {excluxive: true}}", "pools.a.excluxive: unknown key, did you mean exclusive"),
        ("pools: {a: {cpuLists: [{Socket: -1}]}}", "pools.a.cpuLists[0].Socket: -1 is not between"),
        ("pools: {a: {cpuLists: [{Cpuset: 1-}]}}", "pools.a.cpuLists[0].Cpuset: "),
        (
            "ConfFileDir: /etc/cmk",
            "policy.static-pools.ConfFileDir: unknown key, known: pools, ConfDirPath",
        ),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """The documented key ConfFileDir never existed."""
    problems = judge(f"policy.static-pools: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
