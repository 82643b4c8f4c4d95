# SPDX-License-Identifier: Apache-2.0
"""Another policy takes over while real containers run, and the first one comes back."""

import asyncio
from pathlib import Path

import pytest
from node import agents, containerd, daemons, kernel, kubelet, placements
from node.placements import ALL, CASES, Case
from unit.resmgr.sysfs import trees

OTHER = "ReservedResources: {CPU: 'cpuset:1'}"
"""The other CPU than that of the cases."""

MIRRORED = {
    "static": Case("static", OTHER, "", "1", "0"),
    "balloons": Case(
        "balloons",
        f"{OTHER}\nballoons: {{BalloonTypes: [{{Name: own, MaxCPUs: 1}}]}}",
        *("", "1", "0"),
    ),
}
"""Policies that turn everything round."""

ISOLATED = trees.Tree(cores=2, isolated="1")
"""The machine, if somebody had isolated a CPU: topology-aware may give all of those away."""

PAIRS = [
    (case, MIRRORED["balloons" if case.name == "static" else "static"], None)
    for case in CASES
    if case.tree is None
] + [
    (
        Case(name, placements.STATIC, "0", "0", "1"),
        MIRRORED["balloons"],
        ISOLATED,
    )
    for name in ("topology-aware", "memtier")
]
SQUEEZED = Case("dynamic-pools", CASES[-1].policy.replace("cpuset:2", "cpuset:0"), "1", "1", "1")
"""Two pools and one CPU for them: it cannot hold two containers with pools of their own."""


@pytest.mark.parametrize(("first", "second", "tree"), PAIRS, ids=[one[0].name for one in PAIRS])
async def test_there_and_back(
    runtime: containerd.Containerd,
    tmp_path: Path,
    first: Case,
    second: Case,
    tree: trees.Tree | None,
) -> None:
    """CPUs are as the active policy wants them; no process has ended, as each has its start."""
    start = Case(first.name, first.policy, first.before, first.beside, first.alone, tree)
    async with placements.opened(runtime, tmp_path, start) as node:
        here = node.kubelet
        shared = await here.run_pod("shared")
        many = await here.run(shared)
        alone, one = await placements.run_alone(here)
        lives = kernel.lives(shared, many) | kernel.lives(alone, one)
        for case in (first, second, first, second):
            assert await agents.give(node.daemon.config_socket, case.config) == ""
            await daemons.until_cpus(shared, many, case.beside)
            await daemons.until_cpus(alone, one, case.alone)

            assert (kernel.cpus(shared, many), kernel.cpus(alone, one)) == (
                case.beside,
                case.alone,
            )
        after = kernel.lives(shared, many) | kernel.lives(alone, one)

        assert after == lives
        assert len(lives) == 2


async def test_a_policy_that_has_too_few_cpus_for_who_runs(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """It does not take over, and says for whom: they keep their own, across a restart too."""
    static = CASES[1]
    async with placements.opened(runtime, tmp_path, static) as node:
        here = node.kubelet
        shared = await here.run_pod("shared")
        many = await here.run(shared)
        alone, one = await placements.run_alone(here)
        refused = await agents.give(node.daemon.config_socket, SQUEEZED.config)
        await node.daemon.end()
        await node.daemon.start()
        await daemons.until_cpus(shared, many, static.beside)
        await daemons.until_cpus(alone, one, static.alone)
        names = [each.config.metadata.name for each in (alone, shared)]

        assert "policy dynamic-pools: cannot hold the containers that run" in refused
        assert any(f"{name}:" in refused for name in names)
        assert kernel.cpus(alone, one) == static.alone


async def test_what_others_set_is_taken_back(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """Whoever was given other shares than the kubelet asked for has those again."""
    first = Case("topology-aware", placements.STATIC, "0", "0", "1", ISOLATED)
    async with placements.opened(runtime, tmp_path, first) as node:
        here = node.kubelet
        alone, one = await placements.run_alone(here)
        before = kubelet.read(alone, one, "cpu.shares")
        assert await agents.give(node.daemon.config_socket, CASES[0].config) == ""
        await daemons.until_cpus(alone, one, ALL)
        async with asyncio.timeout(daemons.PATIENCE):
            while kubelet.read(alone, one, "cpu.shares") == before:  # noqa: ASYNC110  # a file
                await asyncio.sleep(0.02)

        assert before == "2"
        assert kubelet.read(alone, one, "cpu.shares") == str(placements.CPU)
