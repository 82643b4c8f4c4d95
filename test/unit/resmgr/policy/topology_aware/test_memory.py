# SPDX-License-Identifier: Apache-2.0
"""Kinds and amounts of memory."""

import pytest

from resmgr.policy.topology_aware import memory


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", 0),
        ("dram", memory.DRAM),
        ("PMEM,dram", memory.PMEM | memory.DRAM),
        ("mixed", memory.ALL),
        ("hbm,hbm", memory.HBM),
        ("dram, pmem", None),
        ("ram", None),
        (",", None),
    ],
)
def test_lists_of_kinds_are_read(text: str, kinds: int | None) -> None:
    """Case does not matter, blanks do."""
    assert memory.parse(text) == kinds


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 bytes"),
        (1000, "1000 bytes"),
        (1024, "1Ki"),
        (3 << 30, "3Gi"),
        (64156073984, "61184Mi"),
        ((2 << 30) + 1024, "2Gi"),
        ((2 << 30) - 1, "2047Mi"),
        (1 << 41, "2Ti"),
    ],
)
def test_amounts_are_short_for_people(amount: int, text: str) -> None:
    """They lose less than a thousandth."""
    assert memory.size(amount) == text


def test_kinds_read_back() -> None:
    """What is shown is what is written in annotations."""
    assert all(memory.parse(memory.show(kinds)) == kinds for kinds in range(8))


@pytest.mark.parametrize(
    ("amount", "kinds", "expected"),
    [
        (0, memory.ALL, (0, 0, 0)),
        (5, memory.ALL, (5, 0, 0)),
        (15, memory.ALL, (10, 5, 0)),
        (60, memory.ALL, (10, 20, 30)),
        (61, memory.ALL, None),
        (5, memory.DRAM, (0, 5, 0)),
        (25, memory.DRAM, None),
        (25, memory.DRAM | memory.HBM, (0, 20, 5)),
    ],
)
def test_memory_is_taken_in_order(
    amount: int, kinds: int, expected: tuple[int, int, int] | None
) -> None:
    """PMEM first, then DRAM, then HBM; nothing is taken where it is not enough."""
    assert memory.take(amount, (10, 20, 30), kinds) == expected


def test_amounts_add_and_subtract_kind_by_kind() -> None:
    """One is the inverse of the other."""
    assert memory.minus(memory.plus((1, 2, 3), (4, 5, 6)), (4, 5, 6)) == (1, 2, 3)
