# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to the relay, its node has a kubelet on containerd within two minutes.

The parts are put on a node by hand, with nothing of the installer: what is seen here is done by the
units and the rescue alone, without an API server's help.
"""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from ground import cluster, gardener, kubelet, machine, runtime

from installer import names, units

pytestmark = pytest.mark.timeout(600)

LIMIT = 120.0
"""Seconds until the kubelet has containerd again: the requirement."""

RELAY = f"unix://{names.RELAY_SOCKET}"
OPT, ETC, STATE = "/opt/cri-resmgr", "/etc/cri-resmgr", "/var/lib/cri-resmgr"
ENABLED = (names.RELAY_UNIT, names.RESCUE_TIMER, names.DISABLED_UNIT)


@pytest.fixture
async def node(shoot: cluster.Cluster, bundle: Path) -> AsyncIterator[machine.Machine]:
    """Give a node whose kubelet is on the relay, and which runs a pod; all of it goes again."""
    on = shoot.machines["node-2"]
    try:
        await _install(on, bundle)
        async with shoot.pod(cluster.pod("endures", node=on.name)):
            yield on
    finally:
        await _remove(on)
        await shoot.until_ready(on.name)


async def _install(on: machine.Machine, bundle: Path) -> None:
    for folder in (f"{OPT}/versions", ETC, STATE):
        await on.run("mkdir", "--parents", folder)
    version = f"{OPT}/versions/1"
    await asyncio.to_thread(shutil.copytree, bundle, on.path(version), symlinks=True)
    await on.run("ln", "--symbolic", "versions/1", f"{OPT}/current")
    await on.run("cp", f"{version}/rescue", f"{OPT}/rescue")
    for name, text in units.texts().items():
        on.path(f"/etc/systemd/system/{name}").write_text(text)
    await on.systemctl("daemon-reload")
    await on.systemctl("enable", "--now", *ENABLED)
    kubelet.set_extra_args(on, names.ENDPOINT_ARGUMENT)
    await kubelet.restart(on)
    assert await kubelet.endpoint(on) == RELAY


async def _remove(on: machine.Machine) -> None:
    if not on.on:
        await on.start()
    kubelet.set_extra_args(on)
    await on.systemctl("disable", "--now", *ENABLED, check=False)
    for name in units.texts():
        on.path(f"/etc/systemd/system/{name}").unlink(missing_ok=True)
    await on.systemctl("daemon-reload")
    await on.systemctl("reset-failed")
    await on.run("rm", "-rf", OPT, ETC, STATE, "/run/cri-resmgr")
    await kubelet.restart(on)


async def given_back(on: machine.Machine) -> float:
    """Wait until the kubelet is well on containerd; give the seconds. Fails after the limit."""
    began = time.monotonic()
    while True:
        with contextlib.suppress(machine.MachineProblem, IndexError):
            if await kubelet.endpoint(on) == gardener.CONTAINERD_SOCKET:
                break
        if time.monotonic() - began > LIMIT:
            said = await on.journal(*units.texts(), lines=40)
            pytest.fail(f"the kubelet is still on the relay:\n{said}")
        await asyncio.sleep(0.2)
    await kubelet.until_healthy(on)
    seconds = time.monotonic() - began
    print(f"given back after {seconds:.1f} s")
    return seconds


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds. Raises `TimeoutError` after the limit."""
    async with asyncio.timeout(LIMIT):
        while not await holds():  # noqa: ASYNC110  # another machine
            await asyncio.sleep(0.2)


async def on_relay(on: machine.Machine) -> bool:
    """Whether the kubelet runs on the relay and is well."""
    return await kubelet.healthy(on) and await kubelet.endpoint(on) == RELAY


async def reason(on: machine.Machine) -> str:
    """Read what the rescue left for the installer."""
    return (await on.run("cat", f"{STATE}/rescued")).output.strip().partition(" ")[2]


async def break_programs(on: machine.Machine) -> None:
    """Have `false` in the place of each of our programs."""
    for name in ("cri-resmgr", "cri-resmgrctl", "cri-resmgr-installer"):
        await on.run("ln", "--symbolic", "--force", "/bin/false", f"{OPT}/current/{name}")


async def test_a_relay_that_dies_for_good(node: machine.Machine) -> None:
    """Every program of ours is `false`, and the relay is killed."""
    before = await runtime.of_pod(node, "endures")
    await break_programs(node)
    await node.systemctl("kill", "--signal=KILL", names.RELAY_UNIT)

    await given_back(node)

    assert await runtime.of_pod(node, "endures") == before
    assert "failed for good" in await reason(node)
    assert names.ENDPOINT_ARGUMENT not in node.path(names.EXTRA_ARGS_PATH).read_text()


async def test_a_bundle_that_is_deleted(node: machine.Machine) -> None:
    """The relay still runs, and nobody could start it again."""
    before = await runtime.of_pod(node, "endures")
    await node.run("rm", "-rf", f"{OPT}/versions")

    await given_back(node)

    assert await runtime.of_pod(node, "endures") == before
    assert "3 checks in a row" in await reason(node)


async def test_a_relay_that_hangs_is_started_again(node: machine.Machine) -> None:
    """The watchdog ends it; the kubelet stays, and the relay answers."""
    before = await node.main_pid(names.RELAY_UNIT)
    await node.systemctl("kill", "--signal=STOP", names.RELAY_UNIT)

    async def anew() -> bool:
        gated = await node.run(f"{OPT}/current/cri-resmgrctl", "gate", check=False)
        return gated.code == 0 and await node.main_pid(names.RELAY_UNIT) != before

    await until(anew)

    assert await on_relay(node)


async def test_a_relay_that_hangs_for_ever(node: machine.Machine) -> None:
    """One that no watchdog ends: it is frozen from outside, with all that it would be sent."""
    before = await runtime.of_pod(node, "endures")
    await node.run("mkdir", "--parents", f"/run/systemd/system/{names.RELAY_UNIT}.d")
    drop_in = node.path(f"/run/systemd/system/{names.RELAY_UNIT}.d/hang.conf")
    drop_in.write_text("[Service]\nWatchdogSec=0\n")
    await node.systemctl("daemon-reload")
    await node.systemctl("restart", names.RELAY_UNIT)
    await node.systemctl("kill", "--signal=STOP", names.RELAY_UNIT)
    try:
        await given_back(node)
    finally:
        await node.run("rm", "-r", f"/run/systemd/system/{names.RELAY_UNIT}.d")
        await node.systemctl("daemon-reload")

    assert await runtime.of_pod(node, "endures") == before
    assert "no answer" in await reason(node)


async def test_a_relay_that_loses_containerd(node: machine.Machine) -> None:
    """The folder of its socket is hidden from the relay alone, and containerd starts again."""
    pid = await node.main_pid(names.RELAY_UNIT)
    inside = ("nsenter", "--mount", "--target", str(pid))
    await node.run(*inside, "mount", "-t", "tmpfs", "none", "/run/containerd")
    await node.systemctl("restart", "containerd.service")

    await given_back(node)

    assert "the relay" in await reason(node)


async def test_containerd_that_is_away_is_no_fault_of_the_relay(node: machine.Machine) -> None:
    """Five checks long; when it is back, the kubelet is on the relay as before."""
    await node.systemctl("stop", "containerd.service")
    await asyncio.sleep(100)
    away = await kubelet.endpoint(node)
    await node.systemctl("start", "containerd.service")
    await kubelet.until_healthy(node)
    await asyncio.sleep(45)

    assert away == RELAY
    assert await on_relay(node)


async def test_a_persons_switch(node: machine.Machine) -> None:
    """At once, and the relay does not come back while it is there."""
    before = await runtime.of_pod(node, "endures")
    await node.run("touch", f"{ETC}/disabled")

    await given_back(node)
    await node.systemctl("start", names.RELAY_UNIT)

    assert await runtime.of_pod(node, "endures") == before
    assert (await node.unit_states(names.RELAY_UNIT))[names.RELAY_UNIT] == "inactive"
    assert await reason(node) == f"a person switched it off with {ETC}/disabled"


async def test_a_boot_with_a_relay_that_never_gets_ready(node: machine.Machine) -> None:
    """The kubelet waits for it, and then for nothing more."""
    drop_ins = f"/etc/systemd/system/{names.RELAY_UNIT}.d"
    await node.run("mkdir", drop_ins)
    text = "[Service]\nExecStart=\nExecStart=/bin/sleep infinity\nTimeoutStartSec=infinity\n"
    node.path(f"{drop_ins}/never.conf").write_text(text)
    try:
        # It has booted when the kubelet has been started.
        await node.stop()
        await node.start(timeout=LIMIT + 30)
        await given_back(node)
    finally:
        await node.run("rm", "-r", drop_ins)

    assert "3 checks in a row" in await reason(node)
