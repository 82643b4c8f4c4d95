# SPDX-License-Identifier: Apache-2.0
"""Take over from the original daemon: read its JSON `cache` once, when there is no state yet.

Pods and containers are kept, so that a container that is being created or was created keeps what
is known of it. The original's policy state and configuration are not: ours differ. Source:
resource manager, section 8.2.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import cpuset, quantity
from ..model import (
    Container,
    ContainerState,
    Device,
    LinuxResources,
    Mount,
    Pod,
    Qos,
    Requirements,
)
from . import folder as folders
from .changes import Change, PutContainer, PutPod
from .errors import CannotUse

FILE = "cache"
TAKEN = "cache.taken-over"

LARGEST = 64 * 1024 * 1024
"""Bytes of a cache that is read; 1,000 containers need less than a tenth."""

_VERSION = "1"
_POD_READY = 0
_POD_STALE = 2


@dataclass(frozen=True, slots=True)
class Found:
    """What a cache gives: changes, or a sentence about why it gives none."""

    changes: tuple[Change, ...] = ()
    problem: str = ""


def read(folder: Path) -> Found:
    """Read the folder's cache; a missing or empty one gives nothing, a bad one a problem."""
    path = folder / FILE
    try:
        folders.check_file(path)
        size = path.stat().st_size if path.exists() else 0
        if size > LARGEST:
            return _left(path, f"it has more than {LARGEST} bytes")
        return Found(_changes(json.loads(path.read_bytes()))) if size else Found()
    except CannotUse as error:
        return Found(problem=f"{error}; it is not taken over")
    except (OSError, ValueError, RecursionError) as error:
        return _left(path, error)


def finish(folder: Path, found: Found) -> str:
    """Rename the cache that was taken over; give a sentence for the log."""
    path = folder / FILE
    pods = sum(isinstance(one, PutPod) for one in found.changes)
    told = f"took over {pods} pods and {len(found.changes) - pods} containers from {path}"
    try:
        path.rename(folder / TAKEN)
    except OSError as error:
        return f"{told}, which could not be renamed: {error.strerror}"
    return f"{told}, now {TAKEN}"


def _left(path: Path, cause: object) -> Found:
    return Found(problem=f"cannot take over {path}: {cause}; it is left as it is")


def _changes(data: Any) -> tuple[Change, ...]:
    if not isinstance(data, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - the file is bad, not the caller
    if data.get("Version") != _VERSION:
        raise ValueError(f"it has version {data.get('Version')!r}, known: {_VERSION!r}")
    changes: list[Change] = [
        PutPod(_pod(key, one))
        for key, one in _table(data, "Pods").items()
        if isinstance(one, dict) and one.get("State") != _POD_STALE
    ]
    for key, one in _table(data, "Containers").items():
        state = _state(one.get("State")) if isinstance(one, dict) else None
        if state is not None:
            changes.append(PutContainer(_container(key, one, state)))
    return tuple(changes)


def _pod(pod_id: str, data: Mapping[str, Any]) -> Pod:
    qos = _text(data, "QOSClass")
    return Pod(
        id=pod_id,
        uid=_text(data, "UID"),
        name=_text(data, "Name"),
        namespace=_text(data, "Namespace"),
        labels=_texts(data, "Labels"),
        annotations=_texts(data, "Annotations"),
        cgroup_parent=_text(data, "CgroupParent"),
        qos=Qos(qos) if qos in {one.value for one in Qos} else Qos.UNKNOWN,
        ready=data.get("State", _POD_READY) == _POD_READY,
    )


def _container(cache_id: str, data: Mapping[str, Any], state: ContainerState) -> Container:
    return Container(
        cache_id=cache_id,
        pod_id=_text(data, "PodID"),
        name=_text(data, "Name"),
        id=_text(data, "ID"),
        state=state,
        namespace=_text(data, "Namespace"),
        image=_text(data, "Image"),
        command=_words(data, "Command"),
        args=_words(data, "Args"),
        env=tuple(_texts(data, "Env").items()),
        labels=_texts(data, "Labels"),
        annotations=_texts(data, "Annotations"),
        mounts=tuple(
            Mount(key, _text(one, "Host"), one.get("Readonly") is True)
            for key, one in _table(data, "Mounts").items()
            if isinstance(one, dict)
        ),
        devices=tuple(
            Device(key, _text(one, "Host"), _text(one, "Permissions"))
            for key, one in _table(data, "Devices").items()
            if isinstance(one, dict)
        ),
        requirements=_requirements(_table(data, "Resources")),
        linux=_linux(_table(data, "LinuxReq")),
        tags=_texts(data, "Tags"),
    )


def _state(value: object) -> ContainerState | None:
    """Read a state; stale ones and unknown numbers give nothing."""
    if not isinstance(value, int) or value not in set(ContainerState):
        return None
    return ContainerState(value)


def _requirements(data: Mapping[str, Any]) -> Requirements:
    requests, limits = _table(data, "requests"), _table(data, "limits")
    return Requirements(
        _amount(requests.get("cpu"), per_unit=1000),
        _amount(limits.get("cpu"), per_unit=1000),
        _amount(requests.get("memory"), per_unit=1),
        _amount(limits.get("memory"), per_unit=1),
    )


def _amount(value: object, *, per_unit: int) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return -(-quantity.parse(value) * per_unit // 10**9)
    except ValueError:
        return None


def _linux(data: Mapping[str, Any]) -> LinuxResources:
    return LinuxResources(
        shares=_number(data, "cpu_shares"),
        quota=_number(data, "cpu_quota"),
        period=_number(data, "cpu_period"),
        memory_limit=_number(data, "memory_limit_in_bytes"),
        cpuset_cpus=_set(data, "cpuset_cpus"),
        cpuset_mems=_set(data, "cpuset_mems"),
    )


def _set(data: Mapping[str, Any], name: str) -> int:
    try:
        return cpuset.parse(_text(data, name))
    except cpuset.BadList:
        return 0


def _number(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _texts(data: Mapping[str, Any], name: str) -> dict[str, str]:
    table = _table(data, name)
    return {key: value for key, value in table.items() if isinstance(value, str)}


def _words(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
