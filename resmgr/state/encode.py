# SPDX-License-Identifier: Apache-2.0
"""Pods and containers as JSON texts, one for each row, and back.

Members that have their default are left out, so rows are short. Reading is tolerant: unknown
members are ignored, missing ones and those of a wrong type have their default; only a row that
does not name its pod or container is refused. Sets of CPUs and nodes are lists as the kernel
writes them.
"""

import json
from collections.abc import Mapping
from typing import Any

from .. import cpuset
from ..model import (
    Container,
    ContainerState,
    Device,
    Hint,
    LinuxResources,
    Mount,
    Pod,
    Qos,
    Requirements,
)

_REQUIREMENTS = ("cpu_request", "cpu_limit", "memory_request", "memory_limit")
_NUMBERS = ("shares", "quota", "period", "memory_limit")
_SETS = ("cpuset_cpus", "cpuset_mems")

_write = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class BadRow(ValueError):
    """A row is not what this module writes."""


def pod_text(pod: Pod) -> str:
    """Write a pod; its id is the row's key."""
    lean = {
        "uid": pod.uid,
        "name": pod.name,
        "namespace": pod.namespace,
        "labels": dict(pod.labels),
        "annotations": dict(pod.annotations),
        "cgroup_parent": pod.cgroup_parent,
        "qos": pod.qos.value,
    }
    return _write(_lean(lean) | ({} if pod.ready else {"ready": False}))


def pod(pod_id: str, text: str) -> Pod:
    """Read a pod; raises `BadRow`."""
    data = _object(text)
    return Pod(
        id=pod_id,
        uid=_text(data, "uid"),
        name=_text(data, "name"),
        namespace=_text(data, "namespace"),
        labels=_table(data, "labels"),
        annotations=_table(data, "annotations"),
        cgroup_parent=_text(data, "cgroup_parent"),
        qos=_qos(_text(data, "qos")),
        ready=data.get("ready") is not False,
    )


def container_text(container: Container) -> str:
    """Write a container; its cache id is the row's key."""
    wants, linux = container.requirements, container.linux
    lean = {
        "pod_id": container.pod_id,
        "name": container.name,
        "id": container.id,
        "namespace": container.namespace,
        "image": container.image,
        "attempt": container.attempt,
        "command": container.command,
        "args": container.args,
        "env": container.env,
        "labels": dict(container.labels),
        "annotations": dict(container.annotations),
        "mounts": [[one.container_path, one.host_path, one.readonly] for one in container.mounts],
        "devices": [
            [one.container_path, one.host_path, one.permissions] for one in container.devices
        ],
        "requirements": {
            name: value for name in _REQUIREMENTS if (value := getattr(wants, name)) is not None
        },
        "linux": _lean(
            {name: getattr(linux, name) for name in _NUMBERS}
            | {name: cpuset.show(getattr(linux, name)) for name in _SETS}
        ),
        "tags": dict(container.tags),
        "hints": [[one.provider, one.cpus, one.numas, one.sockets] for one in container.hints],
    }
    return _write({"state": int(container.state)} | _lean(lean))


def container(cache_id: str, text: str) -> Container:
    """Read a container; raises `BadRow`."""
    data = _object(text)
    pod_id, name = _text(data, "pod_id"), _text(data, "name")
    if not (pod_id or name):
        raise BadRow("it names neither pod nor container")
    return Container(
        cache_id=cache_id,
        pod_id=pod_id,
        name=name,
        id=_text(data, "id"),
        state=_state(data.get("state")),
        namespace=_text(data, "namespace"),
        image=_text(data, "image"),
        attempt=_number(data, "attempt") or 0,
        command=_texts(data, "command"),
        args=_texts(data, "args"),
        env=tuple((one[0], one[1]) for one in _rows(data, "env", str, str)),
        labels=_table(data, "labels"),
        annotations=_table(data, "annotations"),
        mounts=tuple(Mount(*one) for one in _rows(data, "mounts", str, str, bool)),
        devices=tuple(Device(*one) for one in _rows(data, "devices", str, str, str)),
        requirements=_requirements(data.get("requirements")),
        linux=_linux(data.get("linux")),
        tags=_table(data, "tags"),
        hints=tuple(Hint(*one) for one in _rows(data, "hints", str, str, str, str)),
    )


def config_text(data: Mapping[str, str] | None) -> str:
    """Write a configuration."""
    return _write(None if data is None else dict(data))


def config(text: str) -> dict[str, str] | None:
    """Read a configuration; raises `BadRow`."""
    return None if text == "null" else _strings(_object(text))


def _lean(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadRow(f"it is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise BadRow("it is no JSON object")
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _number(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _table(data: Mapping[str, Any], name: str) -> dict[str, str]:
    value = data.get(name)
    return _strings(value) if isinstance(value, dict) else {}


def _strings(data: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in data.items() if isinstance(value, str)}


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Give a list of texts, or none of it: a command without one of its words is another."""
    value = data.get(name)
    whole = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return tuple(value) if whole and value else ()


def _rows(data: Mapping[str, Any], name: str, *types: type) -> list[list[Any]]:
    """Give those members of a list that are lists of these types."""
    value = data.get(name)
    return [
        one
        for one in (value if isinstance(value, list) else [])
        if isinstance(one, list)
        and len(one) == len(types)
        and all(isinstance(item, wanted) for item, wanted in zip(one, types, strict=True))
    ]


def _qos(value: str) -> Qos:
    try:
        return Qos(value)
    except ValueError:
        return Qos.UNKNOWN


def _state(value: object) -> ContainerState:
    if not isinstance(value, int) or value not in set(ContainerState):
        return ContainerState.UNKNOWN
    return ContainerState(value)


def _requirements(data: object) -> Requirements:
    if not isinstance(data, dict):
        return Requirements()
    return Requirements(*(_number(data, name) for name in _REQUIREMENTS))


def _linux(data: object) -> LinuxResources:
    if not isinstance(data, dict):
        return LinuxResources()
    numbers = [_number(data, name) or 0 for name in _NUMBERS]
    return LinuxResources(*numbers, *(_set(_text(data, name)) for name in _SETS))


def _set(text: str) -> int:
    try:
        return cpuset.parse(text)
    except cpuset.BadList:
        return 0
