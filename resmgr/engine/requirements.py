# SPDX-License-Identifier: Apache-2.0
"""What a container asks for: from the pod's annotation, else estimated from its CRI resources.

Source: resource manager, section 8.4; webhook, annotation `intel.com/resources`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import quantity
from ..model import Container, LinuxResources, Pod, Qos, Requirements

ANNOTATION = "intel.com/resources"


def of(pod: Pod, name: str, linux: LinuxResources) -> Requirements:
    """Tell what container `name` of `pod` asks for."""
    annotated = _annotated(pod.annotations, name)
    if annotated is not None and annotated != Requirements():
        return annotated
    return quantity.estimate(linux, pod.qos)


def resized(container: Container, asked: LinuxResources, qos: Qos) -> Container:
    """Give a container as a request wants it; 0: not in it.

    What is not in it stays as it was asked for before: what the container has may be a policy's.
    So does a CPU request that has the same shares, which tell no more than 256 CPUs.
    """
    old, known = container.linux, container.requirements
    linux = LinuxResources(
        shares=asked.shares or old.shares,
        quota=asked.quota or old.quota,
        period=asked.period or old.period,
        memory_limit=asked.memory_limit or old.memory_limit,
        cpuset_cpus=old.cpuset_cpus,
        cpuset_mems=old.cpuset_mems,
    )
    new, guaranteed = quantity.estimate(linux, qos), qos is Qos.GUARANTEED
    limits = asked.shares if guaranteed else asked.quota
    same = not asked.shares or (not guaranteed and _shares(known) == asked.shares)
    wants = Requirements(
        cpu_request=known.cpu_request if same else new.cpu_request,
        cpu_limit=new.cpu_limit if limits else known.cpu_limit,
        memory_request=new.memory_request
        if guaranteed and asked.memory_limit
        else known.memory_request,
        memory_limit=new.memory_limit if asked.memory_limit else known.memory_limit,
    )
    return replace(container, linux=linux, requirements=wants)


def _shares(known: Requirements) -> int | None:
    return None if known.cpu_request is None else quantity.shares(known.cpu_request)


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
