# SPDX-License-Identifier: Apache-2.0
"""Metrics of containers on cgroup v2, held against the kernel's own files."""

import re

import pytest
from numa import node

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

PAGE = 4096


def metrics(text: str, container: str) -> dict[str, float]:
    """Give what metrics tell of a container: name and values of the other labels -> value."""
    found = {}
    for name, labels, value in re.findall(r"^(\w+)\{(.*)\} (\S+)$", text, re.MULTILINE):
        words = re.findall(r'"([^"]*)"', labels)
        if container in words:
            words.remove(container)
            found[" ".join((name, *words))] = float(value)
    return found


async def test_statistics_are_those_of_the_kernel(here: node.Node, placed: node.Containers) -> None:
    """Memory, pages by node and time of a container that sleeps are told as the kernel has them."""
    one = placed["two"]
    before = (await here.pairs(one, "cpu.stat"))["usage_usec"]
    told = metrics(await here.page("/metrics"), one.id)
    after = (await here.pairs(one, "cpu.stat"))["usage_usec"]
    memory = [int(await here.read(one, f"memory.{name}")) for name in ("current", "peak")]
    bytes_of = await here.pairs(one, "memory.numa_stat", "anon")

    assert [told[f"cgroup_memory_usage {kind}"] for kind in ("Bytes", "MaxBytes")] == memory
    assert before <= told["cgroup_cpu_acct total CPU"] / 1000 <= after
    assert any(bytes_of.values())
    assert {
        of: told[f"cgroup_numa_stats {of} HierarchicalAnon"] * PAGE for of in bytes_of
    } == bytes_of


async def test_nothing_fails(here: node.Node, placed: node.Containers) -> None:
    """Nothing of cgroup v2 is there that cannot be read."""
    del placed
    await here.page("/metrics")
    text = await here.page("/metrics")

    assert not re.findall(r"^cri_resmgr_collector_failures_total\{.*", text, re.MULTILINE)
