# SPDX-License-Identifier: Apache-2.0
"""Each policy on a machine of two CPUs: a configuration, and where two containers are under it.

One of them shares, the other one is alone where the policy knows that. A policy that needs more
CPUs is told of some that are not there: its reserved ones, so that nobody is ever put there.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unit.resmgr.sysfs import trees

from resmgr.cri import api_pb2 as api
from resmgr.policy.balloons import choose as balloons
from resmgr.policy.dynamic_pools import choose as dynamic_pools
from resmgr.policy.podpools import choose as podpools
from resmgr.policy.static_pools import wants as static_pools

from . import agents, containerd, daemons, kubelet

CPU = 1024
"""Shares of a CPU."""

ALL = "0-1"

NODE = {"kind": "Node", "metadata": {"name": "n"}}

ASKING = {
    balloons.ANNOTATION: "own",
    dynamic_pools.ANNOTATION: "own",
    podpools.ANNOTATION: "own",
}
"""Annotations that ask for CPUs of its own, each policy in its way; some need nothing."""

STATIC = "ReservedResources: {CPU: 'cpuset:0'}"
PRETENDED = "ReservedResources: {CPU: 'cpuset:2'}"

ONE_MORE = trees.Tree(cores=3)
"""The machine, if it had another CPU."""

TWO_MORE = trees.Tree(cores=4)
"""The same with two of them."""


@dataclass(frozen=True)
class Case:
    """CPUs of the one that shares: before, beside and after the other one; and of that."""

    name: str
    policy: str
    before: str
    beside: str
    alone: str
    tree: trees.Tree | None = None

    @property
    def config(self) -> Mapping[str, str]:
        """As the node agent gives it."""
        return {"policy": f"Active: {self.name}\n{self.policy}"}


def _own(kind: str, key: str, text: str) -> str:
    return f"{kind}: {{{key}: [{{Name: own, {text}}}]}}"


CASES = (
    Case("none", "", ALL, ALL, ALL),
    Case("static", STATIC, ALL, "0", "1"),
    # The shared pool is CPU 1, until somebody has that alone.
    Case("static-plus", STATIC, "1", "0", "1"),
    Case("topology-aware", PRETENDED, ALL, "1", "0", ONE_MORE),
    Case("memtier", PRETENDED, ALL, "1", "0", ONE_MORE),
    Case("balloons", f"{STATIC}\n{_own('balloons', 'BalloonTypes', 'MaxCPUs: 1')}", "0", "0", "1"),
    Case(
        "podpools",
        f"{STATIC}\n{_own('podpools', 'Pools', 'CPU: 1, MaxPods: 1')}",
        *("0", "0", "1"),
    ),
    Case(
        "static-pools",
        "static-pools: {pools: {own: {exclusive: true, cpuLists: [{Socket: 0, Cpuset: '1'}]},"
        " shared: {cpuLists: [{Socket: 0, Cpuset: '0'}]}}}",
        *("0", "0", "1"),
    ),
    Case(
        "dynamic-pools",
        f"{PRETENDED}\n{_own('dynamic-pools', 'DynamicPoolTypes', 'CPUClass: x')}",
        *(ALL, "0", "1"),
        ONE_MORE,
    ),
)
"""All policies there are."""

PAIR = "ReservedResources: {CPU: 'cpuset:2-3'}"

WIDE = (
    Case("static", PAIR, "", "", ALL, TWO_MORE),
    Case("static-plus", PAIR, "", "", ALL, TWO_MORE),
    # One CPU has to stay for whoever shares.
    Case("topology-aware", "ReservedResources: {CPU: 'cpuset:3'}", "", "", ALL, TWO_MORE),
    Case(
        "balloons",
        f"{PAIR}\n{_own('balloons', 'BalloonTypes', 'MaxCPUs: 2, MaxBalloons: 1')}",
        *("", "", ALL, TWO_MORE),
    ),
    Case(
        "podpools",
        f"{PAIR}\n{_own('podpools', 'Pools', 'CPU: 2, MaxPods: 1')}",
        *("", "", ALL, TWO_MORE),
    ),
    Case(
        "static-pools",
        "static-pools: {pools: {own: {exclusive: true, cpuLists: [{Socket: 0, Cpuset: '0'},"
        " {Socket: 0, Cpuset: '1'}]}, shared: {cpuLists: [{Socket: 0, Cpuset: '2'}]}}}",
        *("", "", ALL, TWO_MORE),
    ),
    Case(
        "dynamic-pools",
        f"{PAIR}\n{_own('dynamic-pools', 'DynamicPoolTypes', 'CPUClass: x')}",
        *("", "", ALL, TWO_MORE),
    ),
)
"""Policies that know CPUs for one container or pod, with two such CPUs and nobody who shares."""


def pod_annotations(lists: int = 1) -> dict[str, str]:
    """Annotations of a pod whose container `main` wants so many CPUs of its own."""
    wants = {"cpu": str(lists), static_pools.CORES: str(lists)}
    resources = {"containers": {"main": {"requests": wants, "limits": wants}}}
    return {**ASKING, static_pools.REQUESTS: json.dumps(resources)}


async def run_alone(
    here: kubelet.Kubelet, name: str = "alone", *, cpus: int = 1
) -> tuple[kubelet.Pod, str]:
    """Run a container that wants CPUs of its own, under whatever policy."""
    pod = await here.run_pod(name, kubelet.GUARANTEED, pod_annotations(cpus))
    container = await here.create(pod, container_config(here, cpus))
    await here.start(container)
    return pod, container


def container_config(
    here: kubelet.Kubelet, cpus: int = 1, *, attempt: int = 0
) -> api.ContainerConfig:
    """What the kubelet says about such a container."""
    config = here.container_config("main", shares=cpus * CPU, attempt=attempt)
    config.envs.add(key="STP_POOL", value="own")
    return config


@contextlib.asynccontextmanager
async def opened(
    runtime: containerd.Containerd, folder: Path, case: Case, *, upstream: Path | None = None
) -> AsyncIterator[daemons.Node]:
    """A daemon with the policy of a case, on the machine of the case.

    `upstream` is a socket between daemon and runtime.
    """
    path = folder / "agent.sock"
    async with (
        agents.serving(path, NODE),
        daemons.node(runtime, folder, start=False, upstream=upstream) as node,
    ):
        node.daemon.more = [f"--agent-socket={path}"]
        if case.tree is not None:
            case.tree.write(folder / "machine")
            node.daemon.more.append(f"--sysfs-root={folder / 'machine'}")
        await node.restart()
        assert await agents.give(node.daemon.config_socket, case.config) == ""
        yield node
