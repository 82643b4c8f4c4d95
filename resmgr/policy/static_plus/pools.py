# SPDX-License-Identifier: Apache-2.0
"""The pools that static-plus begins with: isolated, reserved and shared CPUs."""

from dataclasses import dataclass

from ...sysfs.machine import Machine
from .. import constraints as given
from .. import reserve
from ..allocator import Allocator
from ..interface import Constraints


@dataclass(frozen=True, slots=True)
class Pools:
    """Masks of online CPUs, none of which is in two of them. `reserved` is never empty."""

    isolated: int
    reserved: int
    shared: int


def divide(machine: Machine, constraints: Constraints, allocator: Allocator) -> Pools:
    """Judge the constraints against the machine. Raises `BadConfiguration`.

    A single reserved CPU that is only counted is CPU 0, if that is available.
    """
    available = given.usable(constraints, machine)
    reserved = reserve.strict("static-plus", available, constraints, allocator)
    if constraints.reserved is None and reserved.bit_count() == 1 and available & 1:
        reserved = 1
    isolated = machine.isolated & available & ~reserved
    return Pools(isolated, reserved, available & ~isolated & ~reserved)
