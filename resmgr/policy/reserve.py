# SPDX-License-Identifier: Apache-2.0
"""Reserved CPUs that all have to be available, as most policies want them (section 1.3)."""

from .. import cpuset
from . import constraints as given
from .allocator import Allocator, Priority, TooFew
from .interface import BadConfiguration, Constraints


def strict(policy: str, available: int, constraints: Constraints, allocator: Allocator) -> int:
    """Give the reserved CPUs, never none. Raises `BadConfiguration`."""
    shown = cpuset.show(available)
    if constraints.reserved is not None:
        if constraints.reserved & ~available:
            outside = cpuset.show(constraints.reserved & ~available)
            raise BadConfiguration(
                f"{given.RESERVED}: cannot reserve CPUs {outside}:"
                f" they are not among the available ones, {shown}"
            )
        reserved = constraints.reserved
    else:
        count = given.whole(constraints.reserved_milli or 0)
        try:
            reserved = allocator.allocate(available, count, Priority.NORMAL)
        except TooFew as error:
            there = f"only {shown}" if shown else "none"
            raise BadConfiguration(
                f"{given.RESERVED}: cannot reserve {count} CPUs: {there} are available"
            ) from error
    if not reserved:
        raise BadConfiguration(
            f"{given.RESERVED}: policy {policy} does not start without reserved CPUs;"
            " reserve some, as in ReservedResources: {CPU: 1}"
        )
    return reserved
