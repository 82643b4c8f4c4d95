# SPDX-License-Identifier: Apache-2.0
"""Every policy before a real runtime: CPUs of containers as the kernel has them.

On a machine of two CPUs nobody can share while two CPUs are exclusive. So one test has one
exclusive CPU and somebody who has to leave it, another one both CPUs exclusive and nobody else:
what is left to others then is on CPUs that are not there, where no runtime starts anything.
"""

from pathlib import Path

import pytest
from node import containerd, daemons, deaths, kernel, kubelet, placements
from node.placements import ALL, CASES, CPU, WIDE, Case

from resmgr.policy import registry
from resmgr.wire.grpc import codes, statuses

NAMES = [case.name for case in CASES]


def test_every_policy_is_here() -> None:
    """None is left out."""
    assert sorted(NAMES) == sorted(registry.POLICIES)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
async def test_a_cpu_of_its_own(runtime: containerd.Containerd, tmp_path: Path, case: Case) -> None:
    """Who shares leaves it before it is used, and has it again afterwards."""
    async with placements.opened(runtime, tmp_path, case) as node:
        here = node.kubelet
        shared = await here.run_pod("shared")
        many = await here.run(shared)
        before = kernel.cpus(shared, many)
        alone, one = await placements.run_alone(here)
        during = kernel.cpus(shared, many), kernel.cpus(alone, one)
        groups = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
        await here.stop(one)
        await here.remove(one)
        await daemons.until_cpus(shared, many, case.before)

    assert before == case.before
    assert during == groups == (case.beside, case.alone)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
async def test_a_restart(runtime: containerd.Containerd, tmp_path: Path, case: Case) -> None:
    """Nobody is moved, and the runtime is not even asked to."""
    async with (
        deaths.between(tmp_path, runtime.socket) as between,
        placements.opened(runtime, tmp_path, case, upstream=between.path) as node,
    ):
        here = node.kubelet
        shared = await here.run_pod("shared")
        many = await here.run(shared)
        alone, one = await placements.run_alone(here)
        lives = kernel.lives(shared, many) | kernel.lives(alone, one)
        await node.daemon.kill()
        between.heard.clear()
        await node.restart()
        # Calls are carried out in order: what a start has to send was sent when this is answered.
        await here.create(await here.run_pod("other"), here.container_config("later"))

        assert between.heard == ["CreateContainer"]
        assert (kernel.cpus(shared, many), kernel.cpus(alone, one)) == (case.beside, case.alone)
        assert kernel.lives(shared, many) | kernel.lives(alone, one) == lives


@pytest.mark.parametrize("case", WIDE, ids=[case.name for case in WIDE])
async def test_two_cpus_of_its_own(
    runtime: containerd.Containerd, tmp_path: Path, case: Case
) -> None:
    """Who asks for two has two, whichever way the policy is asked in."""
    async with placements.opened(runtime, tmp_path, case) as node:
        alone, one = await placements.run_alone(node.kubelet, cpus=2)

        assert kernel.cpus(alone, one) == kubelet.cpus(alone, one) == case.alone


GROWING = [case for case in WIDE if case.name not in ("podpools", "static-pools")]
"""The other two have pools of fixed sizes: another request does not change a container's CPUs."""


@pytest.mark.parametrize("case", GROWING, ids=[case.name for case in GROWING])
async def test_an_in_place_resize(
    runtime: containerd.Containerd, tmp_path: Path, case: Case
) -> None:
    """It grows where it is; more than there is is refused with the reason, and it keeps all."""
    async with placements.opened(runtime, tmp_path, case) as node:
        here = node.kubelet
        alone, one = await placements.run_alone(here)
        small, lives = kernel.cpus(alone, one), kernel.lives(alone, one)
        await here.update(one, cpu_shares=2 * CPU)
        grown, shares = kernel.cpus(alone, one), kubelet.read(alone, one, "cpu.shares")
        with pytest.raises(statuses.CallError) as refused:
            await here.update(one, cpu_shares=9 * CPU)
        after = kernel.cpus(alone, one), kubelet.read(alone, one, "cpu.shares")
        await here.update(one, cpu_shares=CPU)

        assert small in ALL.split("-")
        assert grown == case.alone
        assert refused.value.status.code is codes.Code.RESOURCE_EXHAUSTED
        assert "alone:main" in str(refused.value)
        assert after == (grown, shares)
        assert kernel.cpus(alone, one) in ALL.split("-")
        assert kernel.lives(alone, one) == lives


FIXED = [case for case in WIDE if case not in GROWING]


@pytest.mark.parametrize("case", FIXED, ids=[case.name for case in FIXED])
async def test_a_resize_in_a_pool_of_fixed_size(
    runtime: containerd.Containerd, tmp_path: Path, case: Case
) -> None:
    """Its shares follow, its CPUs stay."""
    async with placements.opened(runtime, tmp_path, case) as node:
        alone, one = await placements.run_alone(node.kubelet)
        before = kernel.cpus(alone, one)
        await node.kubelet.update(one, cpu_shares=9 * CPU)

        assert kernel.cpus(alone, one) == before
        assert kubelet.read(alone, one, "cpu.shares") == str(9 * CPU)
