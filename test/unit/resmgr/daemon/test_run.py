# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process of its own: signals, systemd, files, exit codes."""

import asyncio
import contextlib
import os
import signal
import socket
import sys

import pytest
from unit.resmgr.daemon import fake_node
from unit.resmgr.daemon.fake_node import Node

STATIC = "policy: {Active: static, ReservedResources: {CPU: 1}}"
PROGRAM = "from resmgr.daemon.cli import main; main()"


class Process:
    """A daemon that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take the process."""
        self.process = process

    def signal(self, number: int) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    async def end(self) -> tuple[int, str]:
        """Give exit code and log once it has ended."""
        _, log = await asyncio.wait_for(self.process.communicate(), 60)
        assert self.process.returncode is not None
        return self.process.returncode, log.decode()

    async def until_logged(self, words: str) -> None:
        """Read the log up to a line with these words."""
        assert self.process.stderr is not None
        async with asyncio.timeout(60):
            while words not in (line := (await self.process.stderr.readline()).decode()):
                assert line, "the daemon has ended"


async def start(node: Node, *more: str, **environ: str) -> Process:
    """Start a daemon on a node."""
    return Process(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            *node.flags(*more),
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **environ},
        )
    )


async def test_it_runs_until_a_signal_and_leaves_nothing_behind(node: Node) -> None:
    """Sockets and PID file go, the exit code is 0, the state stays."""
    daemon = await start(node)
    await node.client().call("Version")
    await node.until((node.folder / "config.sock").exists)
    mode = (node.folder / "config.sock").stat().st_mode & 0o777
    pid = int((node.folder / "pid").read_text())
    daemon.signal(signal.SIGTERM)
    code, log = await daemon.end()

    assert code == 0
    assert pid == daemon.process.pid
    assert mode == 0o600
    assert sorted(path.name for path in node.folder.iterdir()) == ["root", "runtime.sock", "state"]
    assert "SIGTERM: stopping" in log
    assert "Traceback" not in log


async def test_systemd_is_told(node: Node) -> None:
    """When calls are taken, signs of life, and the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(node.folder / "notify"))
        manager.setblocking(False)  # noqa: FBT003  # the standard library has it so
        # Ten words that nobody has read yet are all that the kernel keeps: signs of life are rare.
        words = {"NOTIFY_SOCKET": str(node.folder / "notify"), "WATCHDOG_USEC": "400000"}
        daemon = await start(node, **words)
        loop = asyncio.get_running_loop()
        heard: list[str] = []
        async with asyncio.timeout(60):
            while not heard or not heard[-1].startswith(
                "READY=1\nSTATUS=policy none, 0 containers; defaults since "
            ):
                heard.append((await loop.sock_recv(manager, 1000)).decode())
            while heard[-1] != "WATCHDOG=1":
                heard.append((await loop.sock_recv(manager, 1000)).decode())
            daemon.signal(signal.SIGTERM)
            while heard[-1] != "STOPPING=1":
                heard.append((await loop.sock_recv(manager, 1000)).decode())
        code, _ = await daemon.end()

    assert code == 0


async def test_the_forced_configuration_is_read_again_on_a_signal(node: Node) -> None:
    """A bad one is told and not taken."""
    path = node.folder / "force.cfg"
    path.write_text("policy: {Active: none}", encoding="utf-8")
    daemon = await start(node, f"--force-config={path}")
    kubelet = node.client()
    await kubelet.call("Version")
    path.write_text("policy: {Actve: static}", encoding="utf-8")
    daemon.signal(signal.SIGHUP)
    await daemon.until_logged("did you mean Active")
    path.write_text(STATIC, encoding="utf-8")
    daemon.signal(signal.SIGHUP)
    await daemon.until_logged("using the new forced configuration")
    container = await kubelet.create(await kubelet.pod("a"), "main", cpus=1)
    daemon.signal(signal.SIGTERM)
    await daemon.end()

    assert node.runtime.cpus(container)


async def test_a_signal_forces_debug_messages(node: Node) -> None:
    """SIGUSR1."""
    daemon = await start(node)
    await node.client().call("Version")
    daemon.signal(signal.SIGUSR1)
    await daemon.until_logged("debug messages of all sources are forced")
    daemon.signal(signal.SIGINT)

    assert (await daemon.end())[0] == 0


TOO_LARGE = """\
policy:
  Active: balloons
  ReservedResources: {CPU: 1}
  balloons: {BalloonTypes: [{Name: a, MinCPUs: 9999, MinBalloons: 1}]}
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("policy: {Actve: static, AvailableResources: {CPU: x}}", "did you mean Active"),
        (TOO_LARGE, "not enough free CPUs for balloon type 'a'"),
        ("policy: {", "not YAML"),
    ],
)
async def test_a_bad_configuration_ends_the_start_with_one_message(
    node: Node, text: str, told: str
) -> None:
    """Exit code 1; the kubelet's socket was never there."""
    path = node.folder / "config"
    path.write_text(text, encoding="utf-8")
    code, log = await (await start(node, f"--fallback-config={path}")).end()

    assert code == 1
    assert told in log
    assert "Traceback" not in log
    assert [line[0] for line in log.splitlines()].count("F") >= 1


async def test_a_second_daemon_is_refused_while_the_first_serves_on(node: Node) -> None:
    """Exit code 1, with the first one's process id."""
    first = await start(node)
    kubelet = node.client()
    await kubelet.call("Version")
    code, log = await (await start(node)).end()
    await kubelet.call("Version")
    first.signal(signal.SIGTERM)
    await first.end()

    assert code == 1
    assert f"already running as pid {first.process.pid}" in log


async def test_an_untested_runtime_ends_the_start(node: Node) -> None:
    """With the flag that allows it; it is allowed with the flag."""
    node.runtime.name = "rkt"
    code, log = await (await start(node)).end()
    allowed = await start(node, "--allow-untested-runtimes")
    await node.client().call("Version")
    allowed.signal(signal.SIGTERM)

    assert code == 1
    assert "use --allow-untested-runtimes" in log
    assert (await allowed.end())[0] == 0


async def test_it_can_be_stopped_while_it_waits_for_the_runtime(node: Node) -> None:
    """Nothing has been served yet."""
    await node.stop_runtime()
    daemon = await start(node)
    await daemon.until_logged("cannot reach the runtime")
    daemon.signal(signal.SIGTERM)

    assert (await daemon.end())[0] == 0


async def test_a_container_created_while_the_daemon_is_killed_can_be_started(node: Node) -> None:
    """Killed after the runtime has made it, before the kubelet was answered: it has its CPUs."""
    path = node.folder / "config"
    path.write_text(STATIC, encoding="utf-8")
    node.runtime.hold = asyncio.Event()
    first = await start(node, f"--fallback-config={path}")
    kubelet = node.client()
    pod = await kubelet.pod("a")
    creating = node.group.create_task(_suppressed(kubelet, pod))
    await node.until(lambda: node.runtime.held)
    node.runtime.hold.set()
    await node.until(lambda: node.runtime.containers)
    first.signal(signal.SIGKILL)
    await first.end()
    creating.cancel()
    (container,) = node.runtime.containers
    second = await start(node, f"--fallback-config={path}")
    again = node.client()
    await again.start(container)
    other = await again.create(await again.pod("b"), "other", cpus=5)
    second.signal(signal.SIGTERM)
    await second.end()

    assert node.runtime.cpus(container)
    assert not _cpus(node, container) & _cpus(node, other)


async def _suppressed(kubelet: fake_node.Client, pod: str) -> None:
    with contextlib.suppress(Exception):
        await kubelet.create(pod, "main", cpus=2)


def _cpus(node: Node, container: str) -> set[int]:
    """Give the CPUs of a container as numbers."""
    found: set[int] = set()
    for part in node.runtime.cpus(container).split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found
