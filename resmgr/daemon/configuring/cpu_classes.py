# SPDX-License-Identifier: Apache-2.0
"""Classes of CPUs that the active policy names and that are not configured.

CPUs of such a class are left as they were, so that this is a warning (controllers, section 3.3).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ...config import suggest

_TYPES = {"balloons": "BalloonTypes", "dynamic-pools": "DynamicPoolTypes"}
"""Policy -> its list of those that have a class."""

_IDLE, _OF_TYPE = "IdleCPUClass", "cpuclass"


def missing(laid: Mapping[str, Any]) -> Iterator[str]:
    """Give a sentence for each class in a right configuration that nobody has defined."""
    policy = laid.get("policy") or {}
    active = policy.get("Active")
    known = (laid.get("cpu") or {}).get("classes") or {}
    if active not in _TYPES:
        return
    for path, name in _named(active, policy.get(active) or {}):
        if name and name not in known:
            meant = suggest.nearest(name, known)
            hint = f"did you mean {meant}" if meant else "define it in cpu.classes"
            text = f"policy.{active}.{path}: CPU class {name} is not configured"
            yield f"{text}, its CPUs are left as they were; {hint}"


def _named(active: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield _IDLE, given.get(_IDLE) or ""
    for position, one in enumerate(given.get(_TYPES[active]) or ()):
        for key, value in one.items():
            if key.casefold() == _OF_TYPE:
                yield f"{_TYPES[active]}[{position}].{key}", value or ""
