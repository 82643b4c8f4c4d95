# SPDX-License-Identifier: Apache-2.0
"""Where a node stands: as it tells the cluster, and as it is.

What the node tells is read from its Node; what is, from systemd, files and processes. Nothing of
the installer answers for itself.
"""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemonset import waiting
from ground import cluster, gardener, kubelet, machine, record, runtime

from controller.kube import paths
from installer import names

RELAY = f"unix://{names.RELAY_SOCKET}"
CURRENT = "/opt/cri-resmgr/current"
PREVIOUS = "/opt/cri-resmgr/previous"
STATE = "/var/lib/cri-resmgr"

_TIMES = ("MainPID", "ExecMainStartTimestampMonotonic")


@dataclass(frozen=True, slots=True)
class Told:
    """What a node tells about itself; empty where it tells nothing."""

    state: str
    reason: str
    version: str


@dataclass(frozen=True, slots=True)
class Started:
    """Which process of a unit it is, and when it was started."""

    pid: int
    since: str
    """Of systemd, in microseconds since boot."""


async def told(shoot: cluster.Cluster, name: str) -> Told:
    """Read what a node tells."""
    async with shoot.client() as client:
        metadata = (await client.get(f"{paths.NODES}/{name}"))["metadata"]
    labels, annotations = metadata.get("labels", {}), metadata.get("annotations", {})
    return Told(
        labels.get(names.STATE_LABEL, ""),
        annotations.get(names.REASON_ANNOTATION, ""),
        annotations.get(names.VERSION_ANNOTATION, ""),
    )


async def until_told(
    shoot: cluster.Cluster,
    name: str,
    state: str,
    *,
    version: str = "",
    reason: str = "",
    timeout: float = 180.0,
) -> Told:
    """Wait until a node tells a state, with this version and these words in its reason; give it.

    Raises `waiting.Late`, with the end of the installer's log.
    """
    async for _ in waiting.tries(timeout):
        seen = await told(shoot, name)
        right = seen.state == state and reason in seen.reason
        if right and (not version or seen.version == version):
            return seen
    wanted = " ".join(filter(None, (state or "nothing", version, reason)))
    log = await pod_log(shoot.machines[name])
    raise waiting.Late(f"{name} does not tell {wanted} in {timeout:.0f} s, but {seen}\n{log}")


async def events(shoot: cluster.Cluster, name: str) -> list[tuple[str, str]]:
    """Give reason and message of every Event about a node."""
    async with shoot.client() as client:
        selector = f"involvedObject.kind=Node,involvedObject.name={name}"
        found = await client.get("/api/v1/events", params={"fieldSelector": selector})
    return [(each["reason"], each["message"]) for each in found["items"]]


async def pod_events(shoot: cluster.Cluster, pod: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give reason and message of every Event about a pod."""
    async with shoot.client() as client:
        selector = f"involvedObject.uid={pod['metadata']['uid']}"
        found = await client.get("/api/v1/events", params={"fieldSelector": selector})
    return [(each["reason"], each["message"]) for each in found["items"]]


async def label(shoot: cluster.Cluster, name: str, changes: Mapping[str, str | None]) -> None:
    """Set labels of a node; None takes one away."""
    async with shoot.client() as client:
        await client.patch(f"{paths.NODES}/{name}", {"metadata": {"labels": dict(changes)}})


async def started(on: machine.Machine, unit: str = kubelet.UNIT) -> Started:
    """Tell which process of a unit runs. Raises `machine.MachineProblem`."""
    found = await on.unit(unit, *_TIMES)
    return Started(int(found["MainPID"]), found["ExecMainStartTimestampMonotonic"])


async def works(on: machine.Machine) -> str:
    """Tell what a kubelet that works is on, `relay` or `containerd`; empty when it does not.

    A relay counts when it passes the gate.
    """
    with contextlib.suppress(machine.MachineProblem, IndexError):
        if not await kubelet.healthy(on):
            return ""
        endpoint = await kubelet.endpoint(on)
        if endpoint == gardener.CONTAINERD_SOCKET:
            return "containerd"
        gate = (f"{CURRENT}/cri-resmgrctl", "gate")
        if endpoint == RELAY and (await on.run(*gate, check=False)).code == 0:
            return "relay"
    return ""


async def until_works(on: machine.Machine, where: str = "", *, timeout: float = 120.0) -> str:
    """Wait until the kubelet works, on `relay` or `containerd` if named. Raises `waiting.Late`."""
    async for _ in waiting.tries(timeout):
        seen = await works(on)
        if seen and where in ("", seen):
            return seen
    said = await on.journal("kubelet.service", names.RELAY_UNIT, names.RESCUE_UNIT, lines=30)
    log = await pod_log(on)
    raise waiting.Late(f"no kubelet on {where or 'anything'} of {on.name}: {seen!r}\n{said}\n{log}")


async def link(on: machine.Machine, path: str = CURRENT) -> str:
    """Give where a link of the node leads to, empty if it is not there."""
    return (await on.run("readlink", path, check=False)).output.strip()


async def status(on: machine.Machine) -> dict[str, Any]:
    """Read the installer's own file; empty if it is not there."""
    text = (await on.run("cat", f"{STATE}/installer/status.json", check=False)).output
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


async def waited(on: machine.Machine) -> None:
    """Have it be as if five minutes had passed since the kubelet was last moved."""
    await on.run("rm", "--force", f"{STATE}/installer/switched")


async def put_bundle(on: machine.Machine, bundle: Path, folder: str) -> None:
    """Copy a bundle to a folder of the node that is not there."""
    await asyncio.to_thread(shutil.copytree, bundle, on.path(folder), symlinks=True)


async def pod_log(on: machine.Machine, lines: int = 25) -> str:
    """Give the end of the logs of all installation pods of a node."""
    script = "cat /var/log/pods/kube-system_cri-resmgr-installation*/*/*.log | sort | tail -n "
    return (await on.run("sh", "-c", f"{script}{lines}", check=False)).output


@contextlib.asynccontextmanager
async def left_as_it_was(
    shoot: cluster.Cluster, name: str, pod: str
) -> AsyncIterator[machine.Machine]:
    """Give a node with a pod of that name; at the end its files and containers are the same."""
    on = shoot.machines[name]
    async with shoot.pod(cluster.pod(pod, node=name)):
        before, containers = record.take(on.disk), await runtime.of_pod(on, pod)
        yield on

        assert await until_works(on) == "containerd"
        assert await runtime.of_pod(on, pod) == containers
        assert record.differences(before, record.take(on.disk)) == []
    await shoot.until_ready(name)
