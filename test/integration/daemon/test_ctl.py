# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl` beside a daemon at work, with a pod that has a CPU of its own."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from garden import binaries
from node import containerd, daemons, kubelet

PROGRAM = "from ctl.main import main; raise SystemExit(main())"
CPU = 1024


class Ctl:
    """The program, asking one daemon."""

    def __init__(self, node: daemons.Node) -> None:
        """Take the node that it is asked about."""
        self._node = node

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start a command that asks the daemon."""
        socket = f"--socket={self._node.daemon.introspection_socket}"
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM, *words, socket),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=binaries.PROJECT,
        )

    async def run(self, *words: str) -> tuple[int, str]:
        """Run a command; give its status and what it prints."""
        child = await self.start(*words)
        out, err = await child.communicate()
        assert child.returncode is not None
        assert b"Traceback" not in err
        return child.returncode, out.decode()

    async def asked(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run a command for its document."""
        status, out = await self.run(*words, "-o", "json")
        found: dict[str, Any] = json.loads(out)
        return status, found


@pytest.fixture
async def pinned(static: daemons.Node) -> tuple[Ctl, daemons.Node, str]:
    """A container with an exclusive CPU; give its id too."""
    pod = await static.kubelet.run_pod("pinned", kubelet.GUARANTEED)
    container = await static.kubelet.run(pod, shares=CPU)
    return Ctl(static), static, container


async def test_status_tells_policy_and_configuration(
    pinned: tuple[Ctl, daemons.Node, str],
) -> None:
    """And which CPUs are somebody's own."""
    ctl, node, _ = pinned
    status, found = await ctl.asked("status")

    assert status == 0
    assert found["policy"] == "static"
    assert found["configuration"]["origin"] == "forced configuration"
    assert found["containers"] == {"running": 1}
    assert found["cpus"]["exclusive"] == "1"
    assert found["serves"]["relay"]["path"] == str(node.daemon.socket)


async def test_a_refused_configuration_is_told(pinned: tuple[Ctl, daemons.Node, str]) -> None:
    """By `status` and by `config sources`, with the key that is wrong."""
    ctl, node, _ = pinned
    node.daemon.configure({"policy": {"Actve": "none"}})
    assert node.daemon.child is not None
    node.daemon.child.send_signal(signal.SIGHUP)
    await node.daemon.logged("rejected")

    status, found = await ctl.asked("status")
    other, sources = await ctl.asked("config", "sources")

    assert (status, other) == (1, 1)
    assert "policy.Actve" in found["problems"][0]
    assert "policy.Actve" in sources["refused"]["text"]
    assert found["policy"] == "static"


async def test_what_came_before_is_told(pinned: tuple[Ctl, daemons.Node, str]) -> None:
    """What was refused stays known when a right one has come, also to the next daemon."""
    ctl, node, _ = pinned
    wrong: dict[str, object] = {"policy": {"Actve": "none"}}
    for wanted in (wrong, daemons.STATIC):
        node.daemon.configure(wanted)
        assert node.daemon.child is not None
        node.daemon.child.send_signal(signal.SIGHUP)
        await node.daemon.logged("rejected" if wanted is wrong else "using the new")
    await node.daemon.end()
    await node.restart()

    status, found = await ctl.asked("config", "history")
    results = [(one["result"], one["generation"]) for one in found["history"]]
    assert status == 0
    assert results == [("accepted", 1), ("refused", None), ("accepted", 1)]
    assert "policy.Actve" in found["history"][1]["text"]
    assert found["history"][2]["times"] == 2


async def test_a_file_is_compared_with_what_counts(
    pinned: tuple[Ctl, daemons.Node, str], tmp_path: Path
) -> None:
    """Key by key."""
    ctl, _, _ = pinned
    other = tmp_path / "other.yaml"
    other.write_text("policy: {Active: none, ReservedResources: {CPU: 'cpuset:0'}}")

    status, found = await ctl.asked("config", "diff", "-f", str(other))
    assert status == 1
    assert found["differences"] == [
        {"path": "policy.Active", "change": "changed", "before": "static", "after": "none"}
    ]


async def test_the_configuration_is_shown_as_a_file(
    pinned: tuple[Ctl, daemons.Node, str], tmp_path: Path
) -> None:
    """Which says the same, and which the daemon takes."""
    ctl, _, _ = pinned
    status, text = await ctl.run("config", "show", "policy")
    shown = tmp_path / "shown.yaml"
    shown.write_text(text)
    judged = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "config", "validate", str(shown)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=binaries.PROJECT,
    )

    assert status == 0
    assert yaml.safe_load(text) == {"policy": daemons.STATIC["policy"]}
    assert await judged.wait() == 0


async def test_top_tells_use_and_cpus(pinned: tuple[Ctl, daemons.Node, str]) -> None:
    """CPUs are the kernel's, memory is that of a process that runs."""
    ctl, _, container = pinned
    status, found = await ctl.asked("top", "--interval", "0.1")

    (one,) = [each for each in found["containers"] if each["id"] == container]
    assert status == 0
    assert (one["pod"], one["name"], one["cpus"]) == ("pinned", "main", "1")
    assert one["memory"] > 0
    assert one["cpu_milli"] >= 0


async def test_decisions_are_told(pinned: tuple[Ctl, daemons.Node, str]) -> None:
    """Those that were made, and with -f those that come."""
    ctl, node, _ = pinned
    status, found = await ctl.asked("decisions", "pinned")
    child = await ctl.start("decisions", "-f", "-n", "1", "-o", "json")
    try:
        assert child.stdout is not None
        # What there is already comes first: from then on it waits.
        await child.stdout.readline()
        pod = await node.kubelet.run_pod("later")
        await node.kubelet.run(pod)
        async with asyncio.timeout(daemons.PATIENCE):
            line = await child.stdout.readline()
    finally:
        child.kill()
        await child.communicate()

    assert status == 0
    assert found["decisions"]
    assert "later" in json.loads(line)["container"]


async def test_completion_knows_what_runs(pinned: tuple[Ctl, daemons.Node, str]) -> None:
    """Names that `explain` takes."""
    ctl, _, _ = pinned
    status, out = await ctl.run("completion", "--containers")

    assert status == 0
    assert re.search(r"^(\S+/)?pinned:main$", out, flags=re.MULTILINE)


async def test_doctor_finds_nothing_wrong(
    pinned: tuple[Ctl, daemons.Node, str], runtime: containerd.Containerd
) -> None:
    """With the daemon, its sockets and state, and with what containers have."""
    ctl, node, _ = pinned
    _, found = await ctl.asked(
        "doctor",
        f"--relay={node.daemon.socket}",
        f"--runtime={runtime.socket}",
        f"--relay-dir={node.daemon.state}",
    )

    verdicts = {one["check"]: one["verdict"] for one in found["checks"]}
    ours = ("daemon", "relay", "permissions", "state", "cpuset", "placements")
    assert {name: verdicts[name] for name in ours} == dict.fromkeys(ours, "ok")


async def test_doctor_finds_who_moves_containers(
    pinned: tuple[Ctl, daemons.Node, str], runtime: containerd.Containerd
) -> None:
    """A cpuset that somebody else has written is told with the container's name."""
    ctl, node, container = pinned
    await node.past.update(container, cpuset_cpus="0")

    status, found = await ctl.asked("doctor", f"--runtime={runtime.socket}")

    (one,) = [each for each in found["checks"] if each["check"] == "placements"]
    assert status == 1
    assert one["verdict"] == "wrong"
    assert "pinned:main has CPUs 0, decided were 1" in one["detail"]
