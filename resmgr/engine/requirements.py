# SPDX-License-Identifier: Apache-2.0
"""What a container asks for: from the pod's annotation, else estimated from its CRI resources.

Source: resource manager, section 8.4; webhook, annotation `intel.com/resources`.
"""

import json
from collections.abc import Mapping
from typing import Any

from .. import quantity
from ..model import LinuxResources, Pod, Requirements

ANNOTATION = "intel.com/resources"


def of(pod: Pod, name: str, linux: LinuxResources) -> Requirements:
    """Tell what container `name` of `pod` asks for."""
    annotated = _annotated(pod.annotations, name)
    if annotated is not None and annotated != Requirements():
        return annotated
    return quantity.estimate(linux, pod.qos)


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
