# SPDX-License-Identifier: Apache-2.0
"""Machines in a word."""

import pytest

from ctl import machines
from ctl.machines import grammar, named
from resmgr import cpuset
from resmgr.sysfs.machine import MemoryType


def test_four_numbers_are_a_machine() -> None:
    """They are packages, NUMA nodes of a package, cores of a node and threads of a core."""
    found = machines.parse("2x2x14x2")

    assert len(found.cpus) == 112
    assert cpuset.show(found.packages[1].cpus) == "28-55,84-111"
    assert cpuset.show(found.nodes[1].cpus) == "14-27,70-83"
    assert cpuset.show(found.cpus[3].threads) == "3,59"


@pytest.mark.parametrize("text", ["2x1x2x2:adjacent", "2×1×2×2:adjacent"])
def test_threads_may_be_next_to_each_other(text: str) -> None:
    """With `adjacent` the threads of a core have ids in a row."""
    assert cpuset.show(machines.parse(text).cpus[3].threads) == "2-3"


@pytest.mark.parametrize(("adjacent", "threads"), [(None, "0-1"), (True, "0-1"), (False, "0,4")])
def test_who_calls_may_choose_the_numbering(adjacent: bool | None, threads: str) -> None:  # noqa: FBT001
    """An argument counts before what the text says; without it the text counts."""
    found = machines.parse("1x1x4x2:adjacent", adjacent=adjacent)

    assert cpuset.show(found.cpus[0].threads) == threads


def test_options_change_a_machine() -> None:
    """Offline and isolated CPUs, dies, memory and memory apart are told behind colons."""
    found = machines.parse("2x2x2x1:dies=2:offline=1:isolated=4-5:memory=32Gi:hbm=8Gi:pmem=64Gi")

    assert cpuset.show(found.online) == "0,2-7"
    assert found.isolated == 0b110000
    assert dict(found.packages[0].dies) == {0: 0b1, 1: 0b1100}
    assert found.nodes[0].memory_total == 32 << 30
    assert [node.memory for node in found.nodes.values()] == (
        [MemoryType.DRAM] * 4 + [MemoryType.HBM] * 4 + [MemoryType.PMEM] * 4
    )


def test_amounts_of_memory_are_as_kernels_count_them() -> None:
    """Decimal ones are whole kB below what was asked for."""
    assert (
        machines.parse("1x1x1x1:memory=33G").nodes[0].memory_total == 33_000_000_000 // 1024 * 1024
    )


def test_names_take_options_too() -> None:
    """A named machine is changed like any other."""
    assert machines.parse("snc:offline=0-3").offline == 0b1111


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected PACKAGESxNODESxCORESxTHREADS, as in 2x2x14x2, or a name; names: laptop,"),
        ("snk", "did you mean snc"),
        ("2x2", "expected four numbers, got 2; write PACKAGESx"),
        ("2x2x2x2x2", "expected four numbers, got 5"),
        ("-1x1x1x1", "expected PACKAGESx"),
        ("1x1x1x1:", "unknown option ''"),
        ("1x1x1x1:ofline=1", "unknown option 'ofline'; did you mean offline"),
        ("1x1x1x1:adjacent=1", "write adjacent, not adjacent=1"),
        ("1x1x1x1:offline", "write offline=4-7, not offline"),
        ("1x1x1x1:offline=x", "offline: cannot read 'x' as a list of ids"),
        ("1x1x1x1:offline=99999", "99999 is too large"),
        ("1x1x1x1:dies=two", "dies: 'two' is no number"),
        ("1x1x1x1:memory=lots", "memory: not a quantity"),
        ("1x1x1x1:memory=100", "memory: '100' is no amount of memory such as 64Gi"),
        ("1x1x1x1:memory=-1Gi", "memory: '-1Gi' is no amount"),
    ],
)
def test_what_is_no_machine_is_told(text: str, message: str) -> None:
    """The message quotes the text and says what to write."""
    with pytest.raises(grammar.BadMachine) as caught:
        machines.parse(text)

    assert str(caught.value).startswith(f"cannot read machine {text!r}: ")
    assert message in str(caught.value)


def test_machines_that_cannot_be_are_told() -> None:
    """What is written well and makes no sense is refused with the reason."""
    with pytest.raises(grammar.BadMachine, match=r"^cannot make machine '1x1x2x1:dies=3': 2 cores"):
        machines.parse("1x1x2x1:dies=3")


def test_every_option_has_an_example() -> None:
    """An example is shown for each option that takes a value, and changes the machine."""
    for word, value in grammar.EXAMPLES.items():
        assert machines.parse(f"1x1x8x1:{word}={value}") != machines.parse("1x1x8x1")
    assert grammar.EXAMPLES.keys() | {"adjacent"} == grammar.OPTIONS.keys()


def test_names_are_known_where_they_are_listed() -> None:
    """The package's list of names is the one that is read."""
    assert machines.NAMED is named.NAMED
