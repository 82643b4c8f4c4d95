# SPDX-License-Identifier: Apache-2.0
"""Real pods through the daemon: what the kernel lets them run on, and their whole lives."""

import asyncio
import os
import re

import pytest
from node import daemons, kubelet

from resmgr import cpuset
from resmgr.wire.grpc import codes, statuses

WHOLE = cpuset.show(sum(1 << cpu for cpu in os.sched_getaffinity(0)))
"""The CPUs of this machine."""

CPU = 1024


async def test_a_life(none: daemons.Node) -> None:
    """A container is created, started, asked, stopped and removed; policy none leaves its CPUs."""
    here = none.kubelet
    pod = await here.run_pod("life")
    container = await here.run(pod)
    before = kubelet.cpus(pod, container)
    ran = await here.execute(container, "sh", "-c", "echo out; echo err >&2; exit 3")
    await here.stop(container)
    states = [one.state for one in await here.containers() if one.id == container]
    await here.remove(container)
    left = [one.id for one in await here.containers()]
    await here.remove_pod(pod)

    assert before == WHOLE
    assert ran == kubelet.Ran("out\n", "err\n", 3)
    assert states == [2]
    assert container not in left


async def test_logs(none: daemons.Node) -> None:
    """What a container writes is in its log."""
    here = none.kubelet
    pod = await here.run_pod("logs")
    container = await here.create(
        pod, here.container_config("talks", command=("sh", "-c", "echo hello"))
    )
    await here.start(container)
    log = pod.logs / "talks.log"
    async with asyncio.timeout(daemons.PATIENCE):
        while not log.exists() or not log.read_text():  # noqa: ASYNC110  # a file
            await asyncio.sleep(0.01)

    assert re.fullmatch(r"\S+ stdout F hello\n", log.read_text())


async def test_an_exclusive_cpu(static: daemons.Node) -> None:
    """A guaranteed container gets a CPU alone, others leave it, and get it back at its end."""
    here = static.kubelet
    shared = await here.run_pod("shared")
    many = await here.run(shared)
    before = kubelet.cpus(shared, many)
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    one = await here.run(alone, shares=CPU)
    during = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    inside = await here.execute(one, "grep", "Cpus_allowed_list", "/proc/self/status")
    await here.stop(one)
    after = kubelet.cpus(shared, many)

    assert before == WHOLE
    assert during == ("0", "1")
    assert inside.output.split() == ["Cpus_allowed_list:", "1"]
    assert after == WHOLE


async def test_what_cannot_be_met_is_refused(static: daemons.Node) -> None:
    """The kubelet learns why, nothing is made, and what others have stays."""
    here = static.kubelet
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    one = await here.run(alone, shares=CPU)
    with pytest.raises(statuses.CallError) as refused:
        await here.run(alone, "second", shares=CPU)

    assert refused.value.status.code is codes.Code.RESOURCE_EXHAUSTED
    assert "cannot allocate 1 exclusive CPUs for default/alone:second" in str(refused.value)
    assert [each.id for each in await static.past.containers()] == [one]
    assert kubelet.cpus(alone, one) == "1"


async def test_resources_in_place(static: daemons.Node) -> None:
    """Shares, quota and memory limit reach the kernel; the CPUs stay the policy's."""
    here = static.kubelet
    pod = await here.run_pod("resized")
    container = await here.run(pod)
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    await here.run(alone, shares=CPU)
    await here.update(
        container,
        cpu_shares=512,
        cpu_quota=50_000,
        cpu_period=100_000,
        memory_limit_in_bytes=64 << 20,
        cpuset_cpus=WHOLE,
    )

    assert kubelet.read(pod, container, "cpu.shares") == "512"
    assert kubelet.read(pod, container, "cpu.cfs_quota_us") == "50000"
    assert kubelet.read(pod, container, "memory.limit_in_bytes") == str(64 << 20)
    assert kubelet.cpus(pod, container) == "0"


async def test_resources_with_policy_none(none: daemons.Node) -> None:
    """The kubelet's request is passed on as it is, CPUs included."""
    here = none.kubelet
    pod = await here.run_pod("resized")
    container = await here.run(pod)
    await here.update(container, cpu_shares=512, cpuset_cpus="1")

    assert kubelet.read(pod, container, "cpu.shares") == "512"
    assert kubelet.cpus(pod, container) == "1"


async def test_resizing_to_a_cpu_of_its_own(static: daemons.Node) -> None:
    """A guaranteed container that grows to a whole CPU has it alone from then on."""
    here = static.kubelet
    pod = await here.run_pod("grows", kubelet.GUARANTEED)
    container = await here.run(pod, shares=CPU // 2)
    before = kubelet.cpus(pod, container)
    await here.update(container, cpu_shares=CPU)

    assert before == WHOLE
    assert kubelet.cpus(pod, container) == "1"
    assert kubelet.read(pod, container, "cpu.shares") == str(CPU)


async def test_a_container_again(static: daemons.Node) -> None:
    """The next attempt of a container has the CPU of the one before."""
    here = static.kubelet
    pod = await here.run_pod("again", kubelet.GUARANTEED)
    first = await here.run(pod, shares=CPU)
    await here.stop(first)
    second = await here.create(pod, here.container_config("main", shares=CPU, attempt=1))
    await here.remove(first)
    await here.start(second)

    assert kubelet.cpus(pod, second) == "1"


async def test_no_mount_of_ours(static: daemons.Node) -> None:
    """What a container has mounted is the same with the daemon and without it."""
    through = await static.kubelet.run(await static.kubelet.run_pod("through"))
    past = await static.past.run(await static.past.run_pod("past"))
    mounts = []
    for container in (through, past):
        lines = (await static.past.execute(container, "cat", "/proc/self/mounts")).output
        mounts.append(sorted(line.split()[1] for line in lines.splitlines()))

    assert mounts[0] == mounts[1]
    assert "/proc" in mounts[0]


async def test_fifty_pods_at_once(static: daemons.Node) -> None:
    """Each has its container, and the CPUs that are left when one of them is exclusive."""
    here = static.kubelet

    async def one(number: int) -> tuple[kubelet.Pod, str]:
        level = kubelet.BURSTABLE if number else kubelet.GUARANTEED
        pod = await here.run_pod(f"pod{number}", level)
        return pod, await here.run(pod, shares=2 if number else CPU)

    async with asyncio.timeout(100):
        made = await asyncio.gather(*(one(number) for number in range(50)))
    found = [kubelet.cpus(pod, container) for pod, container in made]
    listed = sorted(each.id for each in await here.containers() if each.state == 1)

    assert listed == sorted(container for _, container in made)
    assert found == ["1", *["0"] * 49]
