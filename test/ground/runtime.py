# SPDX-License-Identifier: Apache-2.0
"""Containers of a node as containerd lists them and as the kernel has them.

Nothing here speaks CRI: `ctr` of Debian reads containerd's own store, and processes, start times
and CPUs are read from cgroups and /proc of this machine. So a relay that tells a story about
containers is found out.
"""

import asyncio
import contextlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import cgroups, machine

_NAMESPACE = ("ctr", "--namespace", "k8s.io")
_POLL = 0.1


@dataclass(frozen=True, slots=True, order=True)
class Container:
    """A container that has processes."""

    namespace: str
    pod: str
    name: str
    """Empty for the pod's sandbox."""

    id: str
    pid: int
    """Its first process, as this machine numbers it."""

    started: int
    """When the kernel started that process, in clock ticks since this machine's boot."""

    cpus: str
    """What cpuset.cpus of its cgroup says, such as 0-1."""

    mems: str


async def containers(on: machine.Machine) -> tuple[Container, ...]:
    """Give every container that runs on a node, sandboxes included, in order of their names.

    Raises `machine.MachineProblem`.
    """
    script = f"for id in $({' '.join(_NAMESPACE)} containers list --quiet); do "
    script += f'{" ".join(_NAMESPACE)} containers info "$id" 2>/dev/null || true; done'
    text = (await on.run("sh", "-c", script)).output
    found = []
    for described in _objects(text):
        with contextlib.suppress(OSError, LookupError):
            found.append(_container(on, described))
    return tuple(sorted(found))


async def of_pod(
    on: machine.Machine, pod: str, *, namespace: str = "default"
) -> tuple[Container, ...]:
    """Give the containers of one pod, its sandbox first."""
    return tuple(
        each for each in await containers(on) if (each.namespace, each.pod) == (namespace, pod)
    )


async def until_runs(
    on: machine.Machine, pod: str, *, namespace: str = "default", timeout: float = 60.0
) -> tuple[Container, ...]:
    """Wait until a container of a pod runs besides its sandbox, and give all of them.

    Raises `machine.MachineProblem`.
    """
    deadline = time.monotonic() + timeout
    while True:
        found = await of_pod(on, pod, namespace=namespace)
        if any(each.name for each in found):
            return found
        if time.monotonic() > deadline:
            message = f"no container of pod {pod} runs on {on.name} in {timeout:.0f} s"
            raise machine.MachineProblem(message)
        await asyncio.sleep(_POLL)


def _container(on: machine.Machine, described: dict[str, Any]) -> Container:
    """Look a container up in the kernel. Raises `LookupError`, `OSError` when it does not run."""
    labels = described["Labels"]
    folder = cgroup(on, described["ID"])
    pid = min(map(int, (folder / "cgroup.procs").read_text(encoding="ascii").split()), default=0)
    if not pid:
        raise LookupError(described["ID"])
    return Container(
        namespace=labels["io.kubernetes.pod.namespace"],
        pod=labels["io.kubernetes.pod.name"],
        name=labels.get("io.kubernetes.container.name", ""),
        id=described["ID"],
        pid=pid,
        started=_started(pid),
        cpus=(folder / "cpuset.cpus").read_text(encoding="ascii").strip(),
        mems=(folder / "cpuset.mems").read_text(encoding="ascii").strip(),
    )


def cgroup(on: machine.Machine, container: str, controller: str = "cpuset") -> Path:
    """Find the cgroup of a container, seen from this machine. Raises `LookupError`."""
    tops = {top.name: top for top in cgroups.hierarchies()}
    top = tops.get(controller, cgroups.TOP) / on.cgroup
    for folder, names, _ in os.walk(top):
        for name in names:
            if name.startswith("cri-containerd-") and container in name:
                return Path(folder, name)
    raise LookupError(container)


def _objects(text: str) -> list[dict[str, Any]]:
    """Read JSON objects that stand one after the other."""
    found, decoder, text = [], json.JSONDecoder(), text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


def _started(pid: int) -> int:
    """Read field 22 of /proc/PID/stat, see proc(5)."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[19])
