# SPDX-License-Identifier: Apache-2.0
"""Mistakes while real containers run: told with path and reason, and nothing else happens."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest
from node import agents, containerd, daemons, kernel, kubelet, mistakes, placements
from node.placements import CPU
from unit.resmgr.sysfs import trees

from resmgr.policy.affinity.read import AFFINITY, ANTI_AFFINITY
from resmgr.policy.balloons import choose as balloons
from resmgr.policy.dynamic_pools import choose as dynamic_pools
from resmgr.wire.grpc import codes, statuses

CASES = {case.name: case for case in placements.CASES}


async def test_configurations(runtime: containerd.Containerd, tmp_path: Path) -> None:
    """Each is refused, the active policy and every CPU stay, and so it is after a restart."""
    static = CASES["static"]
    async with placements.opened(runtime, tmp_path, static) as node:
        here = node.kubelet
        shared = await here.run_pod("shared")
        many = await here.run(shared)
        alone, one = await placements.run_alone(here)
        lives = kernel.lives(shared, many) | kernel.lives(alone, one)
        wrong: dict[str, object] = {}
        for name, mistake in mistakes.MISTAKES.items():
            told = await agents.give(node.daemon.config_socket, mistake.config)
            missing = [words for words in mistake.told if words not in told]
            placed = kernel.cpus(shared, many), kernel.cpus(alone, one)
            if missing or not told or placed != (static.beside, static.alone):
                wrong[name] = told, missing, placed
        await node.daemon.end()
        await node.restart()
        with pytest.raises(statuses.CallError) as refused:
            await here.run(alone, "second", shares=CPU)
        placed = kernel.cpus(shared, many), kernel.cpus(alone, one)

        assert wrong == {}
        assert placed == (static.beside, static.alone)
        assert refused.value.status.code is codes.Code.RESOURCE_EXHAUSTED
        assert kernel.lives(shared, many) | kernel.lives(alone, one) == lives


UNKNOWN = "{key: name, operator: Like, values: [a]}"
WISHES: Mapping[str, tuple[str, Mapping[str, str], int, str]] = {
    "an operator that is unknown": (
        *("topology-aware", {AFFINITY: f"main: [{{match: {UNKNOWN}}}]"}),
        *(1, 'unknown operator: "Like"'),
    ),
    "an affinity that is none": ("topology-aware", {AFFINITY: "main: x"}, 1, "expected a list"),
    "an affinity that is no YAML": ("topology-aware", {ANTI_AFFINITY: "{"}, 1, "anti-affinity"),
    "more CPUs than there are": ("topology-aware", {}, 9, "can't slice 9 exclusive CPUs"),
    "more CPUs than static has": ("static", {}, 9, "cannot allocate 9 exclusive CPUs"),
    "more CPUs than static-plus has": ("static-plus", {}, 9, "not enough capacity"),
    "a balloon that is not there": (
        *("balloons", {balloons.ANNOTATION: "mine"}),
        *(1, 'no balloon for annotation "mine"'),
    ),
    "more CPUs than a balloon may have": (
        *("balloons", {balloons.ANNOTATION: "own"}),
        *(2, "no suitable balloon instance available"),
    ),
    "a dynamic pool that is not there": (
        *("dynamic-pools", {dynamic_pools.ANNOTATION: "mine"}),
        *(1, 'no dynamicPool for annotation "mine"'),
    ),
    "more CPUs than all dynamic pools have": ("dynamic-pools", {}, 9, "9000m of CPU"),
}
"""Policy, annotations, CPUs -> what the kubelet is told."""


@pytest.mark.parametrize(
    ("policy", "annotations", "cpus", "told"), WISHES.values(), ids=WISHES.keys()
)
async def test_wishes_that_cannot_be_met(
    runtime: containerd.Containerd,
    tmp_path: Path,
    policy: str,
    annotations: Mapping[str, str],
    cpus: int,
    told: str,
) -> None:
    """The container is refused with the reason, nothing is made, others have what they had."""
    case = CASES[policy]
    async with placements.opened(runtime, tmp_path, case) as node:
        here = node.kubelet
        shared = await here.run_pod("shared")
        many = await here.run(shared)
        before = kernel.cpus(shared, many)
        pod = await here.run_pod("wishes", kubelet.GUARANTEED, annotations)
        with pytest.raises(statuses.CallError) as refused:
            await here.create(pod, here.container_config("main", shares=cpus * CPU))

        assert told in str(refused.value)
        assert kernel.cpus(shared, many) == before == case.before
        assert [one.id for one in await node.past.containers()] == [many]


async def test_affinities_in_a_circle(runtime: containerd.Containerd, tmp_path: Path) -> None:
    """They end where they are asked for: each container is placed beside those that are there."""
    async with placements.opened(runtime, tmp_path, CASES["topology-aware"]) as node:
        here = node.kubelet
        circle = {AFFINITY: "a: [b]\nb: [c]\nc: [a]"}
        pod = await here.run_pod("circle", annotations=circle)
        placed = [kernel.cpus(pod, await here.run(pod, name)) for name in "abc"]

        assert placed == [placements.ALL] * 3


LOPSIDED = trees.Tree(nodes=2, cores=1, distances=((10, 12), (20, 10)))
"""Two CPUs on nodes that are nearer to each other one way than the other."""

MACHINES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "no CPU": ({f"{trees.CPU}/isolated": ""}, "there is none that is online"),
    "a CPU without a node": (
        {name: text for name, text in trees.RECORDED.items() if not name.endswith("cpu1/node0/")},
        "cannot tell the NUMA node of CPU 1",
    ),
    "a number that is none": (
        {**trees.RECORDED, f"{trees.CPU}/cpu1/topology/core_id": "one"},
        "core_id: 'one' is no number",
    ),
    "two packages on a node": (
        {**trees.RECORDED, f"{trees.CPU}/cpu1/topology/physical_package_id": "1"},
        "unhandled HW topology: package 0 and package 1 share NUMA node 0",
    ),
    "lopsided distances": (LOPSIDED.files(), "unhandled HW topology: asymmetric NUMA distances"),
}


@pytest.mark.parametrize(("files", "told"), MACHINES.values(), ids=MACHINES.keys())
async def test_machines_that_make_no_sense(
    runtime: containerd.Containerd, tmp_path: Path, files: Mapping[str, str], told: str
) -> None:
    """The daemon says so and ends, before it serves anybody."""
    trees.write(tmp_path / "machine", files)
    reserved = {"CPU": 1}
    config: dict[str, object] = {
        "policy": {"Active": "topology-aware", "ReservedResources": reserved}
    }
    daemon = daemons.Daemon(tmp_path, runtime.socket, config)
    daemon.more = [f"--sysfs-root={tmp_path / 'machine'}"]
    await daemon.start()
    code = await daemon.ended()

    assert code == 1
    assert told in daemon.log.read_text()
    assert "Traceback" not in daemon.log.read_text()
    assert not daemon.socket.exists()


async def test_a_policy_that_cannot_handle_the_machine(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """It does not take over from one that can."""
    static = dataclasses.replace(CASES["static"], tree=LOPSIDED)
    async with placements.opened(runtime, tmp_path, static) as node:
        shared = await node.kubelet.run_pod("shared")
        many = await node.kubelet.run(shared)
        alone, one = await placements.run_alone(node.kubelet)
        config = {"policy": f"Active: topology-aware\n{placements.STATIC}"}
        told = await agents.give(node.daemon.config_socket, config)

        assert "unhandled HW topology: asymmetric NUMA distances" in told
        assert (kernel.cpus(shared, many), kernel.cpus(alone, one)) == ("0", "1")
