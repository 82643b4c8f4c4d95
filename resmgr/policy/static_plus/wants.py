# SPDX-License-Identifier: Apache-2.0
"""What a container asks of static-plus: whole CPUs, a part of the shared ones, or reserved ones."""

from dataclasses import dataclass

from .. import annotations
from ..interface import Subject

SYSTEM = "kube-system"
"""Containers of this namespace run on the reserved CPUs."""


@dataclass(frozen=True, slots=True)
class Wants:
    """A request, divided: `full` CPUs for itself alone and `part`, milli-CPU, of a pool."""

    full: int
    part: int
    system: bool = False
    """The pool is the one of reserved CPUs."""

    isolated: bool = True
    """Isolated CPUs are preferred for the full ones."""

    odd: str = ""
    """What is wrong with what the pod says, in words."""


def of(subject: Subject) -> Wants:
    """Divide a container's request; its pod's QoS class does not matter (policies, section 5)."""
    request = max(subject.container.requirements.cpu_request or 0, 0)
    if subject.pod.namespace == SYSTEM:
        return Wants(0, request, system=True)
    value = subject.pod.annotations.get(annotations.PREFER_ISOLATED, "true")
    wish = annotations.boolean(value)
    odd = ""
    if wish is None:
        odd = (
            f"annotation {annotations.PREFER_ISOLATED} is {value[:40]!r}, neither true nor false:"
            " isolated CPUs are not preferred"
        )
    return Wants(request // 1000, request % 1000, isolated=wish is True, odd=odd)
