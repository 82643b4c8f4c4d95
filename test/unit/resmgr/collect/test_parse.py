# SPDX-License-Identifier: Apache-2.0
"""Texts of cgroups' files."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.resmgr.collect import trees

from resmgr.collect import parse, statistics

EVERY = [
    file for statistic in statistics.every(4096) for file in (*statistic.first, *statistic.second)
]


def test_one_number() -> None:
    """With the labels that were asked for."""
    assert list(parse.single("Bytes")("17")) == [(("Bytes",), 17)]


def test_pages_by_node() -> None:
    """Each type with each node, the sums of all nodes not."""
    values = dict(parse.pages(trees.NUMA))

    assert len(values) == 8 * 2
    assert values["N0", "Total"] == 4
    assert values["N1", "HierarchicalAnon"] == 30


def test_bytes_of_v2_become_pages() -> None:
    """They are those of a cgroup with all that is below it; types that v1 does not have go."""
    values = dict(parse.pages_of(4096)(trees.SECOND["memory.numa_stat"]))

    assert values == {
        ("N0", "HierarchicalAnon"): 2,
        ("N1", "HierarchicalAnon"): 1,
        ("N0", "HierarchicalFile"): 1,
        ("N1", "HierarchicalFile"): 0,
    }


def test_time_by_cpu() -> None:
    """CPU is both times together."""
    values = dict(parse.usage_by_cpu("cpu user system\n0 100 20\n7 3 4\n"))

    assert values["0", "CPU"] == 120
    assert values["7", "User"] == 3
    assert values["7", "System"] == 4


def test_microseconds_of_v2_become_nanoseconds() -> None:
    """There is one sum for all CPUs."""
    assert dict(parse.usage(trees.SECOND["cpu.stat"])) == {
        ("total", "CPU"): 30_000,
        ("total", "User"): 20_000,
        ("total", "System"): 10_000,
    }


def test_bytes_by_device() -> None:
    """The last line is a sum over devices and left out."""
    text = trees.FIRST["blkio/blkio.throttle.io_service_bytes_recursive"]

    assert dict(parse.bytes_by_device(text)) == {
        ("8", "0", "Read"): 10,
        ("8", "0", "Write"): 20,
        ("8", "0", "Total"): 30,
    }


def test_bytes_of_v2_have_the_names_of_v1() -> None:
    """Numbers of operations are no bytes; a device may have none."""
    assert dict(parse.bytes_moved(f"7:1 7:0 {trees.SECOND['io.stat']}")) == {
        ("8", "0", "Read"): 10,
        ("8", "0", "Write"): 20,
        ("8", "0", "Discard"): 0,
    }


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (parse.single(), "max"),
        (parse.single(), "-1"),
        (parse.single(), "9" * 21),
        (parse.pages, "total=1 M0=1"),
        (parse.pages, "total=1 N0"),
        (parse.usage_by_cpu, "cpu user system\n0 1"),
        (parse.usage, "usage_usec x"),
        (parse.bytes_by_device, "8 Read 1"),
        (parse.bytes_moved, "8:0 rbytes=x"),
    ],
)
def test_what_the_kernel_never_writes_is_refused(read: parse.Parse, text: str) -> None:
    """With the words that make no sense."""
    with pytest.raises(parse.BadText):
        list(read(text))


@pytest.mark.parametrize("file", EVERY, ids=range(len(EVERY)))
@given(text=st.text(alphabet="N0123=: \nabtolux_sec") | st.text())
def test_no_text_breaks_a_reader(file: statistics.File, text: str) -> None:
    """It gives values or says that it cannot."""
    with contextlib.suppress(parse.BadText):
        assert all(value >= 0 for _, value in file.parse(text.strip()))
