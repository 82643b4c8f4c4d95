# SPDX-License-Identifier: Apache-2.0
"""The CPUs that policies of pools divide: available ones, of which some are reserved.

As podpools, balloons and dynamic-pools have it (policies, section 1.3): isolated CPUs are like all
others, and of reserved CPUs those count that are available.
"""

from dataclasses import dataclass

from .. import cpuset
from ..sysfs.machine import Machine
from . import constraints as given
from .allocator import Allocator, Priority, TooFew
from .interface import BadConfiguration, Constraints


@dataclass(frozen=True, slots=True)
class Supply:
    """Masks of online CPUs; `reserved` is part of `available` and never empty."""

    available: int
    reserved: int

    @property
    def free(self) -> int:
        """The CPUs that are not reserved."""
        return self.available & ~self.reserved


def divide(machine: Machine, constraints: Constraints, allocator: Allocator, policy: str) -> Supply:
    """Judge the constraints against the machine. Raises `BadConfiguration`."""
    available = given.usable(constraints, machine)
    return Supply(available, _reserved(available, constraints, allocator, policy))


def _reserved(available: int, constraints: Constraints, allocator: Allocator, policy: str) -> int:
    shown = cpuset.show(available)
    if constraints.reserved is not None:
        reserved = constraints.reserved & available
        if not reserved:
            raise BadConfiguration(
                f"{given.RESERVED}: cannot reserve CPUs {cpuset.show(constraints.reserved)}:"
                f" none of them is among the available ones, {shown}"
            )
        return reserved
    count = given.whole(constraints.reserved_milli or 0)
    if not count:
        raise BadConfiguration(
            f"{given.RESERVED}: policy {policy} does not start without reserved CPUs;"
            " reserve some, as in ReservedResources: {CPU: 1}"
        )
    try:
        return allocator.allocate(available, count, Priority.NONE)
    except TooFew as error:
        raise BadConfiguration(
            f"{given.RESERVED}: cannot reserve {count} CPUs: only {shown} are available"
        ) from error
