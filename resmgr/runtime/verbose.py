# SPDX-License-Identifier: Apache-2.0
"""What hides in the verbose status of pods and containers: JSON texts of the runtime's own form.

Both runtimes put it under the key `info`. Whatever is not of the expected form counts as not there.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from .. import cpuset
from ..model import LinuxResources

_CRIO_PARENT: Final = "io.kubernetes.cri-o.CgroupParent"


def cgroup_parent(info: Mapping[str, str]) -> str:
    """Read the parent of a pod's cgroup as containerd tells it, else as CRI-O does; or nothing."""
    told = _read(info)
    found = _at(told, "config", "linux", "cgroup_parent")
    if not found:
        found = _at(told, "runtimeSpec", "annotations", _CRIO_PARENT)
    return found if isinstance(found, str) else ""


def resources(info: Mapping[str, str]) -> LinuxResources | None:
    """Read the resources of a container from the specification that it runs by."""
    spec = _at(_read(info), "runtimeSpec", "linux", "resources")
    if not isinstance(spec, dict):
        return None
    return LinuxResources(
        shares=_number(_at(spec, "cpu", "shares")),
        quota=_number(_at(spec, "cpu", "quota")),
        period=_number(_at(spec, "cpu", "period")),
        memory_limit=_number(_at(spec, "memory", "limit")),
        cpuset_cpus=_mask(_at(spec, "cpu", "cpus")),
        cpuset_mems=_mask(_at(spec, "cpu", "mems")),
    )


def _read(info: Mapping[str, str]) -> Any:
    try:
        return json.loads(info.get("info", ""))
    except (ValueError, RecursionError):
        return None


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _mask(value: Any) -> int:
    try:
        return cpuset.parse(value) if isinstance(value, str) else 0
    except cpuset.BadList:
        return 0
