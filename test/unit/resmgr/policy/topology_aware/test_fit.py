# SPDX-License-Identifier: Apache-2.0
"""Whether memory fits."""

import pytest

from resmgr.policy.topology_aware import fit, memory
from resmgr.policy.topology_aware.memory import Amounts
from resmgr.policy.topology_aware.request import Request

BOTH = memory.PMEM | memory.DRAM


@pytest.mark.parametrize(
    ("amount", "kinds", "free", "extra", "expected"),
    [
        (10, memory.PMEM, (10, 0, 0), (0, 0, 0), True),
        (10, memory.PMEM, (9, 99, 0), (0, 0, 0), False),
        (10, BOTH, (9, 1, 0), (0, 0, 0), True),
        (10, BOTH, (9, 1, 0), (1, 0, 0), False),
        (10, BOTH, (9, 10, 0), (20, 0, 0), True),
        (10, memory.ALL, (3, 3, 4), (0, 0, 0), True),
        (0, memory.DRAM, (0, 0, 0), (0, 0, 0), True),
        (0, memory.DRAM, (0, 5, 0), (0, 6, 0), False),
    ],
)
def test_free_memory_beside_what_may_be_used_from_above(
    amount: int,
    kinds: int,
    free: Amounts,
    extra: Amounts,
    expected: bool,  # noqa: FBT001
) -> None:
    """Kinds add up; one that is not safe does not count."""
    assert fit.fits(Request(amount=amount, kinds=kinds), free, extra) is expected


def test_a_cold_start_needs_all_of_it_as_pmem() -> None:
    """DRAM does not help, however much there is."""
    request = Request(amount=10, kinds=BOTH, cold=1)

    assert fit.fits(request, (10, 0, 0), memory.NOTHING)
    assert not fit.fits(request, (9, 99, 0), memory.NOTHING)
    assert not fit.fits(request, (9, 99, 0), (10, 0, 0))
