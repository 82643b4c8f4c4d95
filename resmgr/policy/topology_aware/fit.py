# SPDX-License-Identifier: Apache-2.0
"""Whether a pool has the memory that is asked for (section 7.5)."""

from . import memory
from .memory import Amounts
from .request import Request


def fits(request: Request, free: Amounts, extra: Amounts) -> bool:
    """Tell whether the amount is there, beside what pools above may use here.

    A container that starts cold needs all of it as PMEM. Where no kind of memory that it may have
    is safe from the pools above, even one that wants none is turned away.
    """
    required = request.amount
    for kind, here, above in zip(memory.ORDER, free, extra, strict=True):
        if not kind & request.kinds:
            continue
        if above <= here:
            if required + above <= here:
                return True
            if not request.cold:
                required -= here - above
        if request.cold:
            return False
    return False
