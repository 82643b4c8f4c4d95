# SPDX-License-Identifier: Apache-2.0
"""What a container asks for: from the pod's annotation, else estimated from its CRI resources.

Source: resource manager, section 8.4; webhook, annotation `intel.com/resources`.
"""

import json
from collections.abc import Mapping
from typing import Any

from .. import quantity
from ..model import LinuxResources, Pod, Qos, Requirements

ANNOTATION = "intel.com/resources"

_SHARES_OF_NOTHING = 2
_SHARES_PER_CPU = 1024


def of(pod: Pod, name: str, linux: LinuxResources) -> Requirements:
    """Tell what container `name` of `pod` asks for."""
    annotated = _annotated(pod.annotations, name)
    if annotated is not None and annotated != Requirements():
        return annotated
    return estimate(linux, pod.qos)


def estimate(linux: LinuxResources, qos: Qos) -> Requirements:
    """Estimate from shares, quota, period and memory limit, as the kubelet derived these."""
    request = None
    if linux.shares > _SHARES_OF_NOTHING:
        request = (linux.shares * 1000 + _SHARES_PER_CPU // 2) // _SHARES_PER_CPU
    memory = linux.memory_limit if linux.memory_limit > 0 else None
    if qos is Qos.GUARANTEED:
        return Requirements(request, request, memory, memory)
    limit = None
    if linux.quota > 0 and linux.period > 0:
        limit = (linux.quota * 1000 + linux.period // 2) // linux.period or None
    return Requirements(request, limit, None, memory)


def _annotated(annotations: Mapping[str, str], name: str) -> Requirements | None:
    """Read the webhook's annotation; `None` when there is nothing usable for this container."""
    text = annotations.get(ANNOTATION)
    if not text:
        return None
    try:
        data = json.loads(text)
        entry = (data.get("initContainers") or {}).get(name) or (data.get("containers") or {}).get(
            name
        )
        if not entry:
            return None
        requests, limits = entry.get("requests") or {}, entry.get("limits") or {}
        return Requirements(
            _cpu(requests.get("cpu")),
            _cpu(limits.get("cpu")),
            _bytes(requests.get("memory")),
            _bytes(limits.get("memory")),
        )
    except (ValueError, AttributeError, TypeError):
        return None


def _cpu(value: Any) -> int | None:
    return None if value is None else quantity.milli(str(value))


def _bytes(value: Any) -> int | None:
    return None if value is None else quantity.parse(str(value)) // 1_000_000_000
