# SPDX-License-Identifier: Apache-2.0
"""A node in the virtual machine: containerd, our daemon, the kernel; the kubelet is outside."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from node import agents, kubelet

from resmgr import cpuset

from . import filesystem, guest

PATIENCE = 60.0
"""Seconds; a start of the daemon takes some five on a quiet machine."""

TOPOLOGY_AWARE = {"Active": "topology-aware", "ReservedResources": {"CPU": "cpuset:0"}}
"""The section `policy` of a configuration that keeps CPU 0 for the system."""

_FOLDER = "/run/cri-resmgr"
RELAY = f"{_FOLDER}/relay.sock"
_CONFIG = f"{_FOLDER}/config.sock"
INTROSPECTION = f"{_FOLDER}/introspect.sock"
_PID = f"{_FOLDER}/pid"
_LOG = "/var/log/cri-resmgr"
_SETTINGS = "/etc/cri-resmgr"
_START = (
    f"setsid {filesystem.BUNDLE}/cri-resmgr --relay-socket={RELAY} --config-socket={_CONFIG}"
    f" --introspection-socket={INTROSPECTION} --runtime-socket={filesystem.RUNTIME}"
    f" --pid-file={_PID} --agent-socket=disabled --fallback-config={_SETTINGS}"
    f" >>{_LOG} 2>&1 </dev/null &"
)


@dataclass(frozen=True)
class Held:
    """What the kernel holds a container to: CPU ids and ids of NUMA nodes."""

    cpus: frozenset[int]
    mems: frozenset[int]


@dataclass(frozen=True)
class Placed:
    """A container that runs."""

    pod: kubelet.Pod
    id: str


Containers = Mapping[str, Placed]


class Kubelet(kubelet.Kubelet):
    """One whose pods find their folder for logs in the machine."""

    machine: guest.Guest
    patience = PATIENCE

    async def run_pod(
        self,
        name: str,
        level: str = kubelet.BURSTABLE,
        annotations: Mapping[str, str] | None = None,
    ) -> kubelet.Pod:
        """Run a pod."""
        uid = self.pod_config(name, level, annotations).metadata.uid
        await self.machine.output(f"mkdir -p {self.folder}/{uid}")
        return await super().run_pod(name, level, annotations)


class Node:
    """The parts together; see `opened`."""

    def __init__(self, machine: guest.Guest, through: Kubelet, config: Path) -> None:
        """Take what runs; `config` is the socket for configurations."""
        self.machine = machine
        self.kubelet = through
        self._config = config

    # -- The daemon ---------------------------------------------------------------------------

    async def start(self, policy: Mapping[str, Any]) -> None:
        """Start the daemon with a configuration, and wait until it serves."""
        text = yaml.safe_dump({"policy": dict(policy)})
        await self.machine.output(f"cat >{_SETTINGS} <<'end'\n{text}end\n{_START}")
        await self.kubelet.afresh()

    async def again(self) -> None:
        """Start it as before."""
        await self.machine.output(_START)
        await self.kubelet.afresh()

    async def end(self, signal: str = "TERM") -> None:
        """End the daemon and wait for that."""
        pid = (await self.machine.output(f"cat {_PID}")).strip()
        script = f"kill -{signal} {pid}; while [ -e /proc/{pid}/exe ]; do sleep 0.05; done"
        await self.machine.output(script)

    async def give(self, policy: Mapping[str, Any]) -> str:
        """Give one as the node agent does, section `policy`; give the complaint."""
        config = {"policy": yaml.safe_dump(dict(policy))}
        return await agents.give(self._config, config, timeout=PATIENCE)

    async def log(self) -> str:
        """What the daemon has logged."""
        return await self.machine.output(f"cat {_LOG}")

    async def ctl(self, *words: str) -> Any:
        """Run `cri-resmgrctl` inside; give what it tells as JSON."""
        line = f"{filesystem.BUNDLE}/cri-resmgrctl {' '.join(words)} -o json"
        return json.loads(await self.machine.output(line))

    async def page(self, path: str) -> str:
        """A page of the daemon's own socket."""
        async with self.machine.socket(INTROSPECTION) as here:
            reader, writer = await asyncio.open_unix_connection(here)
            writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
            writer.close()
        assert " 200 " in head.splitlines()[0], head
        return body

    # -- Containers ---------------------------------------------------------------------------

    async def run(
        self, name: str, *, cpus: int = 0, annotations: Mapping[str, str] | None = None
    ) -> Placed:
        """Run a pod with a container that requests so many CPUs, and is guaranteed if it does."""
        level = kubelet.GUARANTEED if cpus else kubelet.BURSTABLE
        pod = await self.kubelet.run_pod(name, level, annotations)
        return Placed(pod, await self.kubelet.run(pod, shares=1024 * cpus or 2))

    async def read(self, placed: Placed, name: str) -> str:
        """A file of a container's cgroup."""
        return (await self.machine.output(f"cat {_cgroup(placed)}/{name}")).strip()

    async def pairs(self, placed: Placed, name: str, key: str = "") -> dict[str, int]:
        """Pairs of a file that has them line by line, or in the line of a key as `N0=1`."""
        lines = (await self.read(placed, name)).splitlines()
        if key:
            (line,) = [line for line in lines if line.startswith(f"{key} ")]
            lines = [word.replace("=", " ") for word in line.split()[1:]]
        return {first: int(second) for first, second in (line.split() for line in lines)}

    async def held(self, placed: Placed) -> Held:
        """What is effective for a container, by its cgroup."""
        folder = _cgroup(placed)
        told = await self.machine.output(
            f"cd {folder} && cat cpuset.cpus.effective cpuset.mems.effective"
        )
        return held(*told.splitlines())

    async def allowed(self, placed: Placed) -> Held:
        """What the first process of a container may use, by its own status."""
        told = await self.machine.output(
            f"cat /proc/$(head -n 1 {_cgroup(placed)}/cgroup.procs)/status"
        )
        lists = dict(line.split(":\t", 1) for line in told.splitlines())
        return held(lists["Cpus_allowed_list"], lists["Mems_allowed_list"])

    async def all_held(self, placed: Containers) -> dict[str, Held]:
        """What is effective for each container."""
        return {name: await self.held(one) for name, one in placed.items()}

    async def settled(
        self, placed: Containers, so: Callable[[dict[str, Held]], bool]
    ) -> dict[str, Held]:
        """What is effective for each container, as soon as something is so, at last after a while.

        CPUs and memory of all containers are changed one after the other.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        # What a kernel holds tells nobody when it changes.
        while not so(held := await self.all_held(placed)) and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        return held

    async def lives(self, placed: Containers) -> str:
        """The processes of containers, and when each has started."""
        procs = " ".join(f"{_cgroup(one)}/cgroup.procs" for one in placed.values())
        return await self.machine.output(
            f"for pid in $(cat {procs}); do cut -d ' ' -f 1,22 /proc/$pid/stat; done"
        )


def held(cpus: str, mems: str) -> Held:
    """Read two lists as the kernel writes them."""
    ids = (frozenset(cpuset.ids(cpuset.parse(text))) for text in (cpus, mems))
    return Held(*ids)


def _cgroup(placed: Placed) -> str:
    return f"/sys/fs/cgroup{placed.pod.cgroup}/{placed.id}"


@contextlib.asynccontextmanager
async def opened(machine: guest.Guest, folder: Path) -> AsyncIterator[Node]:
    """A node whose daemon is not started yet; what runs there ends with the machine.

    Logs of containers are in a folder of this name inside. The daemon has to go well.
    """
    async with (
        machine.socket(RELAY) as relay,
        machine.socket(_CONFIG) as config,
        asyncio.TaskGroup() as tasks,
    ):
        through = Kubelet(relay, folder, tasks)
        through.machine = machine
        made = Node(machine, through, config)
        try:
            yield made
            log = await made.log()
        finally:
            through.close()
    assert "Traceback" not in log
