# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl gate` on a real containerd with the daemon before it."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from garden import binaries
from node import daemons

PROGRAM = "from ctl.main import main; raise SystemExit(main())"


async def gate(node: daemons.Node, *words: str) -> tuple[int, dict[str, object]]:
    """Run it as a program; give its status and what it tells."""
    sockets = ("--relay", str(node.daemon.socket), "--runtime", str(node.runtime.socket))
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "gate", *sockets, "-o", "json", *words),
        stdout=asyncio.subprocess.PIPE,
        cwd=binaries.PROJECT,
    )
    out, _ = await child.communicate()
    assert child.returncode is not None
    return child.returncode, json.loads(out)


async def test_a_relay_at_work_passes(none: daemons.Node) -> None:
    """Its lists are containerd's, in every state that pods and containers have."""
    here = none.kubelet
    pod = await here.run_pod("one")
    await here.run(pod)
    await here.create(pod, here.container_config("created"))
    await here.stop_pod(await here.run_pod("stopped"))

    assert await gate(none) == (
        0,
        {
            "ok": True,
            "detail": "the relay answers",
            "relay": "ok",
            "runtime": "ok",
            "kubelet": "not asked",
        },
    )


async def test_a_relay_that_is_gone_fails(none: daemons.Node) -> None:
    """The runtime answers, so it is the relay's fault."""
    await none.daemon.kill()

    status, told = await gate(none, "--quick")

    assert status == 1
    assert told["runtime"] == "ok"


async def test_a_relay_that_hangs_fails(none: daemons.Node) -> None:
    """It takes connections, and answers nothing."""
    assert none.daemon.child is not None
    none.daemon.child.send_signal(signal.SIGSTOP)
    try:
        status, told = await gate(none, "--quick", "--timeout=3")
    finally:
        none.daemon.child.send_signal(signal.SIGCONT)

    assert status == 1
    assert told["relay"] == "the relay: no answer in 3 s"


async def test_a_runtime_that_hangs_is_not_judged(none: daemons.Node) -> None:
    """Neither answers."""
    none.runtime.freeze()
    try:
        status, _ = await gate(none, "--quick", "--timeout=1")
    finally:
        none.runtime.thaw()

    assert status == 3


async def test_a_relay_before_another_runtime_fails(none: daemons.Node, tmp_path: Path) -> None:
    """What does not reach the runtime that the kubelet had is no relay for it."""
    folder = tmp_path / "other"
    folder.mkdir()
    other = daemons.Daemon(folder, tmp_path / "nothing.sock", None)
    await other.start()
    try:
        there = daemons.Node(none.runtime, other, none.kubelet, none.past)
        status, told = await gate(there, "--timeout=3")
    finally:
        await other.end()

    assert status == 1
    assert told["runtime"] == "ok"
