# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl release` on a real containerd, after a daemon that pinned."""

import asyncio
import json
import signal
import sys

import pytest
from garden import binaries
from node import containerd, daemons, kubelet

PROGRAM = "from ctl.main import main; raise SystemExit(main())"
CPU = 1024


async def release(runtime: containerd.Containerd, *words: str) -> tuple[int, dict[str, object]]:
    """Run it as a program; give its status and what it tells."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "release", "--runtime", str(runtime.socket)),
        *("-o", "json", *words),
        stdout=asyncio.subprocess.PIPE,
        cwd=binaries.PROJECT,
    )
    out, _ = await child.communicate()
    assert child.returncode is not None
    return child.returncode, json.loads(out)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_what_a_daemon_pinned_is_let_go_without_it(static: daemons.Node, number: int) -> None:
    """However it ended: running and created containers may use all CPUs, and are the same ones."""
    here = static.kubelet
    shared, alone = await here.run_pod("shared"), await here.run_pod("alone", kubelet.GUARANTEED)
    many, one = await here.run(shared), await here.run(alone, shares=CPU)
    created = await here.create(shared, here.container_config("created"))
    pins = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    ids = {container.id for container in await static.past.containers()}
    await static.daemon.end(number)

    assert pins == ("0", "1")
    assert await release(static.runtime) == (
        0,
        {"ok": True, "detail": "nothing is pinned; let go: 3", "released": 3},
    )
    assert (kubelet.cpus(shared, many), kubelet.cpus(alone, one)) == ("0-1", "0-1")
    assert {container.id for container in await static.past.containers()} == ids
    await static.past.start(created)
    assert kubelet.cpus(shared, created) == "0-1"
    assert await release(static.runtime) == (
        0,
        {"ok": True, "detail": "nothing is pinned; let go: 0", "released": 0},
    )


async def test_a_dry_run_leaves_the_pins(static: daemons.Node) -> None:
    """It tells who has which, with the status of what is not free."""
    pod = await static.kubelet.run_pod("alone", kubelet.GUARANTEED)
    one = await static.kubelet.run(pod, shares=CPU)
    await static.daemon.end()

    status, told = await release(static.runtime, "--dry-run")

    assert status == 1
    assert told == {
        "ok": False,
        "detail": f"1 container is pinned: main ({one[:12]}): CPUs 1, memory nodes any",
        "released": 0,
    }
    assert kubelet.cpus(pod, one) == "1"


async def test_limits_stay(static: daemons.Node) -> None:
    """Nothing but the pins is touched."""
    pod = await static.kubelet.run_pod("alone", kubelet.GUARANTEED)
    one = await static.kubelet.run(pod, shares=CPU)
    files = ("cpu.shares", "cpu.cfs_quota_us", "memory.limit_in_bytes")
    before = [kubelet.read(pod, one, name) for name in files]
    await static.daemon.end()
    status, _ = await release(static.runtime)

    assert status == 0
    assert [kubelet.read(pod, one, name) for name in files] == before


async def test_a_runtime_that_hangs(none: daemons.Node) -> None:
    """Nothing is said of containers; the caller tries again."""
    none.runtime.freeze()
    try:
        status, told = await release(none.runtime, "--timeout=1")
    finally:
        none.runtime.thaw()

    assert status == 3
    assert told["ok"] is False
