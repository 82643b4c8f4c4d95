# SPDX-License-Identifier: Apache-2.0
"""What is remembered as a JSON document, for people and for tools that read the original's.

Members have the names of the original's cache (resource manager, section 8.2). Those of parts that
keep nothing here are left out; `Attempt` is ours. Values of environment variables are often
secrets, so they are hidden unless asked for.
"""

import json
from collections.abc import Mapping
from typing import Any

from .. import cpuset
from ..model import Container, LinuxResources, Pod, Requirements
from .changes import Saved

VERSION = "1"
HIDDEN = "(hidden)"


def text(saved: Saved, *, secrets: bool = False) -> str:
    """Write the document, indented, with a newline at its end."""
    return json.dumps(document(saved, secrets=secrets), indent=2) + "\n"


def document(saved: Saved, *, secrets: bool = False) -> dict[str, Any]:
    """Give the document as plain data; `secrets` shows values of environment variables."""
    config = None if saved.config is None else {"NodeName": "", "Data": dict(saved.config)}
    return {
        "Version": VERSION,
        "Pods": {key: _pod(one) for key, one in saved.pods.items()},
        "Containers": {
            key: _container(one, secrets=secrets) for key, one in saved.containers.items()
        },
        "NextID": _next_id(saved.containers),
        "Cfg": config,
        "PolicyName": saved.policy_name,
        "PolicyJSON": dict(saved.policy),
    }


def _pod(pod: Pod) -> dict[str, Any]:
    return {
        "ID": pod.id,
        "UID": pod.uid,
        "Name": pod.name,
        "Namespace": pod.namespace,
        "State": 0 if pod.ready else 1,
        "QOSClass": pod.qos.value,
        "Labels": dict(pod.labels),
        "Annotations": dict(pod.annotations),
        "CgroupParent": pod.cgroup_parent,
    }


def _container(one: Container, *, secrets: bool) -> dict[str, Any]:
    return {
        "ID": one.id,
        "PodID": one.pod_id,
        "CacheID": one.cache_id,
        "Name": one.name,
        "Namespace": one.namespace,
        "State": int(one.state),
        "Attempt": one.attempt,
        "Image": one.image,
        "Command": list(one.command),
        "Args": list(one.args),
        "Labels": dict(one.labels),
        "Annotations": dict(one.annotations),
        "Env": {key: value if secrets else HIDDEN for key, value in one.env},
        "Mounts": {
            mount.container_path: {
                "Container": mount.container_path,
                "Host": mount.host_path,
                "Readonly": mount.readonly,
            }
            for mount in one.mounts
        },
        "Devices": {
            device.container_path: {
                "Container": device.container_path,
                "Host": device.host_path,
                "Permissions": device.permissions,
            }
            for device in one.devices
        },
        "Tags": dict(one.tags),
        "Resources": _resources(one.requirements),
        "LinuxReq": _linux(one.linux),
    }


def _resources(wants: Requirements) -> dict[str, dict[str, str]]:
    pairs = {
        "requests": (wants.cpu_request, wants.memory_request),
        "limits": (wants.cpu_limit, wants.memory_limit),
    }
    given = {name: _amounts(cpu, memory) for name, (cpu, memory) in pairs.items()}
    return {name: amounts for name, amounts in given.items() if amounts}


def _amounts(cpu: int | None, memory: int | None) -> dict[str, str]:
    amounts = {}
    if cpu is not None:
        amounts["cpu"] = f"{cpu}m" if cpu % 1000 else str(cpu // 1000)
    if memory is not None:
        amounts["memory"] = str(memory)
    return amounts


def _linux(linux: LinuxResources) -> dict[str, int | str]:
    named: dict[str, int | str] = {
        "cpu_period": linux.period,
        "cpu_quota": linux.quota,
        "cpu_shares": linux.shares,
        "memory_limit_in_bytes": linux.memory_limit,
        "cpuset_cpus": cpuset.show(linux.cpuset_cpus),
        "cpuset_mems": cpuset.show_ids(linux.cpuset_mems),
    }
    return {name: value for name, value in named.items() if value}


def _next_id(containers: Mapping[str, Container]) -> int:
    """Give the number after the highest that a container without pod UID has as its cache id."""
    highest = 0
    for cache_id in containers:
        prefix, _, number = cache_id.partition(":")
        if prefix == "cache":
            try:
                highest = max(highest, int(number, 16))
            except ValueError:
                continue
    return highest + 1
