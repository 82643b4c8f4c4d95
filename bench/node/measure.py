# SPDX-License-Identifier: Apache-2.0
"""What is measured, in its order: nodes one after the other, and then what stays on them."""

import asyncio
import contextlib
import itertools
import resource
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from ground import cluster, gardener, kubelet, machine, runtime

from controller.kube import paths
from installer import names

from . import health, pods, results, stage, usage

CURRENT = "/opt/cri-resmgr/current"
RELAY_ENDPOINT = f"unix://{names.RELAY_SOCKET}"
CONTAINERD = gardener.CONTAINERD_SOCKET.removeprefix("unix://")
RELAY = names.RELAY_SOCKET.removeprefix("/var")
"""As seen from outside, where the link /var/run of a node leads astray."""

CHECK = "rescue check, three times"
CHECK_WORDS = ("sh", "/opt/cri-resmgr/rescue", "check")

PROGRAMS = {
    "true, of the node": ("true",),
    results.VERSION: (f"{CURRENT}/cri-resmgr", "--version"),
    "cri-resmgrctl --help": (f"{CURRENT}/cri-resmgrctl", "--help"),
    results.GATE: (f"{CURRENT}/cri-resmgrctl", "gate", "--quick"),
    "cri-resmgr-installer status": (f"{CURRENT}/cri-resmgr-installer", "status"),
    "rescue check": CHECK_WORDS,
}

SETTLING = 60.0
"""Seconds after which the installer's memory is read."""

_PODS = "/api/v1/namespaces/kube-system"
_MINUTE = 60.0
_PATIENCE = 180.0
_POLL = 0.2


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is measured."""

    restarts: int
    pods: int
    window: float
    """Seconds in which CPU is counted."""

    starts: int
    """Of each program."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The pod that keeps a node."""

    node: machine.Machine
    process: Path
    group: Path
    since: float


class Bench:
    """A stage, and how much is measured on it."""

    def __init__(self, on: stage.Stage, wanted: Wanted) -> None:
        self._stage = on
        self._shoot = on.shoot
        self._wanted = wanted

    async def run(self) -> AsyncIterator[results.Figure]:
        """Measure; figures come as they are seen."""
        yield await asyncio.to_thread(stage.measure_bundle, self._stage.bundle)
        nodes = list(self._shoot.machines.values())
        # Pulls what every pod needs, so that no pull is measured but that of the installation.
        for node in nodes:
            await pods.by_api(self._shoot, node)
        joined: list[Installed] = []
        for number, node in enumerate(nodes):
            async for figure in self._joined(node, joined):
                yield figure
            if number == 0 and len(nodes) > 1:
                yield await self._pods_by_api(relayed=node, direct=nodes[1])
        first = joined[0]
        async for figure in self._idle(first):
            yield figure
        for figure in self._programs(first.node):
            yield figure
        yield await self._pods_at_cri(first.node)
        relay = await self._relay(first.node)
        yield usage.memory(results.RELAY_LOADED, relay)
        for each in joined:
            yield await self._killed(each.node)

    async def _joined(
        self, node: machine.Machine, joined: list[Installed]
    ) -> AsyncIterator[results.Figure]:
        """A node from plain containerd to the relay, with plain restarts before and after."""
        async with health.watched(node) as seen:
            for _ in range(self._wanted.restarts):
                yield await self._restarted(node, seen, "containerd")
            began = health.now()
            arguments = node.disk.path(names.EXTRA_ARGS_PATH)

            def moving() -> bool:
                return arguments.exists() and names.ENDPOINT_FLAG in arguments.read_text("utf-8")

            await self._stage.install(node.name)
            # To look at a file is cheap; systemd is not asked while the installer needs it.
            await node.until("the kubelet is given our argument", moving, timeout=_PATIENCE)
            outage = await self._moved(node, seen, began, RELAY_ENDPOINT)
            kubelet_pid = await node.main_pid(kubelet.UNIT)
            installed, pull = await self._installation(node)
            joined.append(installed)
            yield results.Join(
                node.name,
                applied=outage.ended - began,
                pull=pull,
                pod=outage.ended - installed.since,
                outage=outage.seconds,
            )
            await self._until_active(node)
            if await node.main_pid(kubelet.UNIT) != kubelet_pid:
                raise cluster.Late(f"the kubelet of {node.name} was restarted again")
            for _ in range(self._wanted.restarts):
                yield await self._restarted(node, seen, "relay")
        await self._shoot.until_ready(node.name)

    async def _restarted(
        self, node: machine.Machine, seen: health.Health, runtime_name: str
    ) -> results.Restart:
        began = health.now()
        await node.systemctl("restart", kubelet.UNIT)
        outage = await seen.until_outage(began)
        await self._shoot.until_ready(node.name)
        await asyncio.sleep(2)  # what a kubelet does right after its start
        return results.Restart(node.name, runtime_name, outage.seconds)

    async def _moved(
        self, node: machine.Machine, seen: health.Health, since: float, endpoint: str
    ) -> health.Outage:
        """Wait until the kubelet has been restarted onto a socket, and give what that cost.

        Raises `cluster.Late`.
        """
        deadline = health.now() + _PATIENCE
        while True:
            with contextlib.suppress(machine.MachineProblem, IndexError):
                if await kubelet.endpoint(node) == endpoint:
                    break
            if health.now() > deadline:
                raise cluster.Late(f"the kubelet of {node.name} is not moved to {endpoint}")
            await asyncio.sleep(_POLL)
        process = node.path(f"/proc/{await node.main_pid(kubelet.UNIT)}")
        # A kubelet may miss an answer at other times too, on a machine with much to do.
        return await seen.until_outage(since, over=usage.started(process))

    async def _installation(self, node: machine.Machine) -> tuple[Installed, float]:
        """Find the pod of the installation on a node, and the seconds that its image took."""
        async with self._shoot.client() as client:
            found = (await client.get(f"{_PODS}/pods"))["items"]
            (name,) = (
                pod["metadata"]["name"] for pod in found if pod["spec"].get("nodeName") == node.name
            )
            events = (await client.get(f"{_PODS}/events"))["items"]
        told = (
            results.pulled(event.get("message") or "")
            for event in events
            if event["involvedObject"].get("name") == name
        )
        pull = next((each for each in told if each is not None), 0.0)
        main = (await runtime.of_pod(node, name, namespace="kube-system"))[-1]
        process = Path(f"/proc/{main.pid}")
        group = runtime.cgroup(node, main.id, "cpuacct")
        return Installed(node, process, group, usage.started(process)), pull

    async def _until_active(self, node: machine.Machine) -> None:
        def active(obj: cluster.Object | None) -> bool:
            labels = (obj or {}).get("metadata", {}).get("labels", {})
            return bool(labels.get(names.STATE_LABEL) == "active")

        await self._shoot.until(f"{paths.NODES}/{node.name}", active, what="to be active")

    async def _relay(self, node: machine.Machine) -> Path:
        return node.path(f"/proc/{await node.main_pid(names.RELAY_UNIT)}")

    # -- What stays ---------------------------------------------------------------------------

    async def _idle(self, on: Installed) -> AsyncIterator[results.Figure]:
        """Memory and CPU of what runs on a node on which nothing happens."""
        await asyncio.sleep(max(0.0, on.since + SETTLING - health.now()))
        relay = await self._relay(on.node)
        began = time.perf_counter()
        before = usage.cpu(on.process), usage.of_group(on.group), usage.cpu(relay)
        await asyncio.sleep(self._wanted.window)
        after = usage.cpu(on.process), usage.of_group(on.group), usage.cpu(relay)
        minutes = (time.perf_counter() - began) / _MINUTE
        called = ("keep loop and its children", "installation pod, with its probes", "relay")
        for name, early, late in zip(called, before, after, strict=True):
            yield results.Cpu(name, (late - early) / minutes)
        yield results.Cpu(CHECK, await asyncio.to_thread(self._check, on.node))
        yield usage.memory(results.KEEPER, on.process)
        yield usage.memory(results.RELAY, relay)

    def _check(self, node: machine.Machine) -> float:
        """Give the CPU seconds of the three checks that a minute has."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(3):
            subprocess.run(node.command(*CHECK_WORDS), check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    def _programs(self, node: machine.Machine) -> list[results.Program]:
        """Start each program in turns, on the node; once before, for its files."""
        took: dict[str, list[float]] = {name: [] for name in PROGRAMS}
        for number in range(self._wanted.starts + 1):
            for name, words in PROGRAMS.items():
                began = time.perf_counter()
                subprocess.run(node.command(*words), check=True, capture_output=True)
                if number:
                    took[name].append(time.perf_counter() - began)
        return [results.Program(name, tuple(seconds)) for name, seconds in took.items()]

    # -- Pods ---------------------------------------------------------------------------------

    async def _pods_at_cri(self, node: machine.Machine) -> results.Pods:
        """Start pods in turns, directly and through the relay; no kubelet wonders about them."""
        await node.systemctl("stop", kubelet.UNIT)
        try:
            async with (
                pods.connected(node, CONTAINERD) as direct,
                pods.connected(node, RELAY) as relayed,
            ):
                ways = (direct, relayed)
                took: dict[pods.Client, list[float]] = {way: [] for way in ways}
                for way in ways:
                    await way.start()
                # Who begins changes, since the second start of a pair might be the slower one.
                turns = itertools.cycle((ways, ways[::-1]))
                for turn in itertools.islice(turns, self._wanted.pods):
                    for way in turn:
                        took[way].append(await way.start())
        finally:
            await node.systemctl("start", kubelet.UNIT)
            await kubelet.until_healthy(node)
        await self._shoot.until_ready(node.name)
        return results.Pods(results.AT_CRI, tuple(took[direct]), tuple(took[relayed]))

    async def _pods_by_api(
        self, *, relayed: machine.Machine, direct: machine.Machine
    ) -> results.Pods:
        """Start pods in turns on two nodes, of which one has no relay."""
        took: dict[str, list[float]] = {direct.name: [], relayed.name: []}
        for _ in range(self._wanted.pods):
            for node in (direct, relayed):
                took[node.name].append(await pods.by_api(self._shoot, node))
        return results.Pods(results.BY_API, tuple(took[direct.name]), tuple(took[relayed.name]))

    # -- The end of a relay -------------------------------------------------------------------

    async def _killed(self, node: machine.Machine) -> results.Killed:
        """Kill the relay, and then once more when no program of ours can start again."""
        kill = ("kill", "--signal=KILL", names.RELAY_UNIT)
        began = time.perf_counter()
        await node.systemctl(*kill)
        async with pods.connected(node, RELAY):
            again = time.perf_counter() - began
        async with health.watched(node) as seen:
            program = f"{CURRENT}/cri-resmgr"
            await node.run("ln", "--symbolic", "--force", "/bin/false", program)
            since = health.now()
            await node.systemctl(*kill)
            outage = await self._moved(node, seen, since, gardener.CONTAINERD_SOCKET)
        return results.Killed(node.name, again, outage.ended - since)
