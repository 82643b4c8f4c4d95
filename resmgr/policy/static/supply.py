# SPDX-License-Identifier: Apache-2.0
"""The CPUs that the static policy divides: available, reserved and isolated ones."""

from dataclasses import dataclass

from ... import cpuset
from ...sysfs.machine import Machine
from .. import constraints as given
from ..allocator import Allocator, Priority, TooFew
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
    return Supply(available, _reserved(available, constraints, allocator), isolated)


def _reserved(available: int, constraints: Constraints, allocator: Allocator) -> int:
    shown = cpuset.show(available)
    if constraints.reserved is not None:
        if constraints.reserved & ~available:
            outside = cpuset.show(constraints.reserved & ~available)
            raise BadConfiguration(
                f"cannot reserve CPUs {outside}: they are not among the available ones, {shown}"
            )
        reserved = constraints.reserved
    else:
        count = given.whole(constraints.reserved_milli or 0)
        try:
            reserved = allocator.allocate(available, count, Priority.NORMAL)
        except TooFew as error:
            raise BadConfiguration(
                f"cannot reserve {count} CPUs: only {shown} are available"
            ) from error
    if not reserved:
        raise BadConfiguration(
            "policy static does not start without reserved CPUs;"
            " reserve some, as in ReservedResources: {CPU: 1}"
        )
    return reserved
