# SPDX-License-Identifier: Apache-2.0
"""Many shoots at once (Annex B, case 15)."""

import re
from collections import Counter
from pathlib import Path

import pytest
from garden import replica
from garden.stage import Stage

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

MANY = 60


def peak(pid: int) -> int:
    """Give the peak of a process' resident memory in bytes (VmHWM, proc(5))."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    assert found is not None
    return 1024 * int(found[1])


async def test_many_shoots(seen: Stage, running: replica.Replica) -> None:
    """Requests and memory are bounded: 8 writes a create, and Clusters are not kept (2.9)."""
    mark = await seen.marked()
    shoots = [await seen.prepare(size=58_000) for _ in range(MANY)]
    for shoot in shoots:
        await seen.gardenlet.deploy(shoot)
    for shoot in shoots:
        await seen.gardenlet.wait(shoot, timeout=60.0)
        await seen.healthy(shoot)

    requests = [each for each in await seen.requests(mark) if each.namespace in shoots]
    writes = Counter(each.namespace for each in requests if each.writes)
    reads = Counter(each.verb for each in requests if not each.writes)

    assert set(writes.values()) == {8}
    assert reads == {}
    assert peak(running.pid) < 90_000_000
