# SPDX-License-Identifier: Apache-2.0
"""Sets of CPU ids as integers, and their text forms."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr import cpuset

MASKS = st.integers(0, (1 << 300) - 1)


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("", 0),
        ("\n", 0),
        ("0", 0b1),
        ("0-3,8\n", 0b1_0000_1111),
        ("8,0-3", 0b1_0000_1111),
        ("2-2", 0b100),
        ("1,1-2", 0b110),
    ],
)
def test_lists_are_read(text: str, mask: int) -> None:
    """Ids and ranges in any order give one set; white space around them does not matter."""
    assert cpuset.parse(text) == mask


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("3-1", "runs backwards"),
        ("a", "is no id"),
        ("1,", "is no id"),
        ("-1", "is no id"),
        ("1-", "is no id"),
        ("0, 1", "is no id"),
        ("٣", "is no id"),
        ("123456", "is no id"),
        ("0-65536", "too large"),
    ],
)
def test_other_text_is_refused(text: str, cause: str) -> None:
    """What is no list is refused with the text and what is wrong with it."""
    with pytest.raises(cpuset.BadList, match=cause):
        cpuset.parse(text)


@pytest.mark.parametrize(
    ("members", "text"),
    [([], ""), ([5], "5"), ([0, 1], "0-1"), ([0, 1, 2, 4, 6, 7], "0-2,4,6-7")],
)
def test_sets_are_written_with_ranges(members: list[int], text: str) -> None:
    """Two ids in a row are a range, as the kernel writes them."""
    assert cpuset.show(cpuset.of(members)) == text


@hypothesis.given(st.lists(st.sets(st.integers(0, 300))))
def test_a_union_has_the_ids_of_all(sets: list[set[int]]) -> None:
    """The union of sets is the set of all their ids; that of none is empty."""
    union = cpuset.union(cpuset.of(one) for one in sets)

    assert set(cpuset.ids(union)) == set().union(*sets)


def test_node_sets_are_written_without_ranges() -> None:
    """Sets of NUMA nodes are single ids, ascending."""
    assert cpuset.show_ids(cpuset.of([2, 0, 1])) == "0,1,2"


def test_first_is_the_lowest() -> None:
    """The first id of a set is the lowest one."""
    assert cpuset.first(0b101000) == 3


@hypothesis.given(MASKS)
def test_what_is_written_reads_back(mask: int) -> None:
    """Both text forms stand for the same set."""
    assert cpuset.parse(cpuset.show(mask)) == mask
    assert cpuset.parse(cpuset.show_ids(mask)) == mask


@hypothesis.given(st.sets(st.integers(0, cpuset.MAX_ID), max_size=50))
def test_ids_ascend_and_are_the_members(members: set[int]) -> None:
    """The ids of a set are what it was made of, ascending."""
    assert list(cpuset.ids(cpuset.of(members))) == sorted(members)
