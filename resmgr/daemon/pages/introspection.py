# SPDX-License-Identifier: Apache-2.0
"""Pods, containers, pools and the machine as JSON, for people and tools (section 12.2).

CPU in milli-CPU, memory in bytes; maps that nothing fills are null, as the original has them.
Beyond the original, pods tell their namespace. The page is made when it is asked for, so that it is
never older than the last decision.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ... import cpuset
from ...model import Container, ContainerState, Hint, Pod
from ...sysfs.machine import Machine

CONTENT_TYPE = "application/json"
_SHOWN = frozenset((ContainerState.CREATED, ContainerState.RUNNING, ContainerState.CREATING))


def document(
    *,
    pods: Iterable[Pod],
    containers: Iterable[Container],
    policy: str,
    shown: Mapping[str, Any],
    machine: Machine,
) -> dict[str, Any]:
    """Give everything; `shown` is what the policy tells of itself.

    Policies know containers by cache id; the page names them by their own, as it does in pods.
    """
    known = tuple(containers)
    return {
        "Pools": _pools(shown.get("Pools")),
        "Pods": _pods(pods, known),
        "Assignments": _assignments(shown.get("Assignments"), known),
        "System": _system(machine, policy),
        "Error": "",
    }


def text(data: Mapping[str, Any]) -> bytes:
    """Give the page's bytes."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode() + b"\r\n"


_POOL: Mapping[str, Any] = {"Name": "", "CPUs": "", "Memory": "", "Parent": "", "Children": []}
_ASSIGNMENT: Mapping[str, Any] = {
    "ContainerID": "",
    "SharedCPUs": "",
    "CPUShare": 0,
    "ExclusiveCPUs": "",
    "Memory": "",
    "Pool": "",
}
"""What each pool and each assignment has, whether its policy knows of it or not."""


def _pools(shown: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    return {name: {**_POOL, "Name": name, **pool} for name, pool in shown.items()}


def _assignments(
    shown: Mapping[str, Any] | None, containers: Iterable[Container]
) -> dict[str, Any] | None:
    if shown is None:
        return None
    ids = {one.cache_id: one.id or one.cache_id for one in containers}
    return {
        ids.get(key, key): {**_ASSIGNMENT, **assignment, "ContainerID": ids.get(key, key)}
        for key, assignment in shown.items()
    }


def _pods(pods: Iterable[Pod], containers: Iterable[Container]) -> dict[str, Any]:
    members: dict[str, dict[str, Any]] = {}
    for one in containers:
        if one.state in _SHOWN:
            members.setdefault(one.pod_id, {})[one.id or one.cache_id] = _container(one)
    return {
        pod.id: {
            "ID": pod.id,
            "UID": pod.uid,
            "Name": pod.name,
            "Namespace": pod.namespace,
            "Containers": members[pod.id],
        }
        for pod in pods
        if pod.id in members
    }


def _container(one: Container) -> dict[str, Any]:
    wants = one.requirements
    amounts = {
        "CPURequest": wants.cpu_request,
        "CPULimit": wants.cpu_limit,
        "MemoryRequest": wants.memory_request,
        "MemoryLimit": wants.memory_limit,
    }
    return {
        "ID": one.id or one.cache_id,
        "Name": one.name,
        "Command": list(one.command),
        "Args": list(one.args),
        **{name: value if value and value > 0 else 0 for name, value in amounts.items()},
        "Hints": {hint.provider: _hint(hint) for hint in one.hints},
    }


def _hint(hint: Hint) -> dict[str, str]:
    return {
        "Provider": hint.provider,
        "CPUs": hint.cpus,
        "NUMAs": hint.numas,
        "Sockets": hint.sockets,
    }


def _system(machine: Machine, policy: str) -> dict[str, Any]:
    return {
        "Sockets": {
            str(one.id): {"ID": one.id, "CPUs": cpuset.show(one.cpus)}
            for one in machine.packages.values()
        },
        "Nodes": {
            str(one.id): {"ID": one.id, "CPUs": cpuset.show(one.cpus)}
            for one in machine.nodes.values()
        },
        "Isolated": cpuset.show(machine.isolated),
        "Offlined": cpuset.show(machine.offline),
        "RDTClasses": [],
        "BlockIOClasses": None,
        "Policy": policy,
    }
