# SPDX-License-Identifier: Apache-2.0
"""What a container wants of the static policy: exclusive CPUs or not, isolated ones or not."""

from ...model import Qos
from .. import annotations
from ..interface import Subject

ISOLATED = annotations.PREFER_ISOLATED
"""Annotation of a pod, for all its containers: true or false."""


def exclusive(subject: Subject) -> int:
    """Give how many CPUs a container wants for itself alone; 0 if it shares.

    Whole CPUs, requested by a container of a guaranteed pod, are exclusive (policies, section 4).
    """
    request = subject.container.requirements.cpu_request or 0
    if subject.pod.qos is not Qos.GUARANTEED or request <= 0 or request % 1000:
        return 0
    return request // 1000


def isolated(subject: Subject) -> tuple[bool, str]:
    """Give whether isolated CPUs are preferred for the pod, and what is wrong with its wish."""
    value = subject.pod.annotations.get(ISOLATED, "false")
    wish = annotations.boolean(value)
    if wish is not None:
        return wish, ""
    return False, f"annotation {ISOLATED} is {value[:40]!r}, neither true nor false: not preferred"
