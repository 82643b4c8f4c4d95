# SPDX-License-Identifier: Apache-2.0
"""The CPUs that the static policy divides: available, reserved and isolated ones."""

from dataclasses import dataclass

from ... import cpuset
from ...sysfs.machine import Machine
from .. import constraints as given
from .. import reserve
from ..allocator import Allocator
from ..interface import BadConfiguration, Constraints


@dataclass(frozen=True, slots=True)
class Supply:
    """Masks of online CPUs. `reserved` is part of `available`, `isolated` is apart from it."""

    available: int
    reserved: int
    isolated: int


def divide(machine: Machine, constraints: Constraints, allocator: Allocator) -> Supply:
    """Judge the constraints against the machine. Raises `BadConfiguration`."""
    isolated = machine.isolated & machine.online
    available = given.usable(constraints, machine) & ~isolated
    if not available:
        raise BadConfiguration(
            "policy static has no CPU: all that are available are isolated"
            f" ({cpuset.show(isolated)})"
        )
    reserved = reserve.strict("static", available, constraints, allocator)
    return Supply(available, reserved, isolated)
