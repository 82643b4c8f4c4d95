# SPDX-License-Identifier: Apache-2.0
"""Machines as files of sysfs, and what discovery makes of them, sound and broken."""

import dataclasses
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.ctl.machines import shapes
from unit.resmgr.sysfs import speeds as selects

from ctl import machines
from ctl.machines import build, shape, tree
from ctl.records import folder, held
from resmgr.sysfs import discover
from resmgr.sysfs.machine import Machine

ROOT = Path("/")


def files(machine: Machine) -> dict[str, bytes]:
    """Give the files of a machine as bytes."""
    return {name: text.encode() for name, text in tree.files(machine).items()}


def read(content: dict[str, bytes], *, detailed: bool = True) -> discover.Discovered:
    """Read the machine of some files."""
    return discover.discover(ROOT, detailed=detailed, reader=held.Held(content))


@hypothesis.settings(deadline=None)
@hypothesis.given(shapes.SHAPES)
def test_a_machine_is_read_from_its_files(made: shape.Shape) -> None:
    """Whatever a machine is made of, discovery finds the same and has nothing to complain of."""
    machine = build.build(made)

    assert read(files(machine)) == discover.Discovered(machine)


@hypothesis.settings(deadline=None)
@hypothesis.given(st.data())
def test_speed_select_is_read_from_the_files(data: st.DataObject) -> None:
    """Whatever it does to packages."""
    plain = machines.parse("2x1x2x2:offline=3")
    packages = {
        id_: dataclasses.replace(
            package, speed_select=data.draw(st.none() | selects.selects(package.cpus))
        )
        for id_, package in plain.packages.items()
    }
    machine = dataclasses.replace(plain, packages=packages)

    assert read(files(machine)) == discover.Discovered(machine)


@pytest.mark.parametrize("name", list(machines.NAMED))
def test_named_machines_are_read_from_their_files(name: str) -> None:
    """So it is with each machine that has a name."""
    machine = machines.parse(name)

    assert read(files(machine)) == discover.Discovered(machine)


def test_without_details_the_rest_is_the_same() -> None:
    """The daemon reads the same machine, apart from caches and clusters."""
    machine = machines.parse("hybrid")
    plain = dataclasses.replace(machine, caches=(), clusters=())

    assert read(files(machine), detailed=False).machine == plain


def test_files_on_disk_are_as_good(tmp_path: Path) -> None:
    """A folder with the files is a root that the daemon can be given."""
    machine = machines.parse("2x2x2x2:offline=3:isolated=1:pmem=64Gi")
    folder.write(tmp_path, files(machine))

    assert discover.discover(tmp_path, detailed=True) == discover.Discovered(machine)


BROKEN = files(machines.parse("2x1x2x2:hbm=1Gi:offline=3")) | {
    "sys/devices/cpu_core/cpus": b"0-3",
    "sys/devices/cpu_atom/cpus": b"4-7",
}

GARBAGE = st.sampled_from(
    [
        b"",
        b"\n",
        b"0",
        b"-1",
        b"7",
        b"0-7",
        b"7-0",
        b"0-",
        b"1,,2",
        b"x",
        b"\xff\x00",
        b"99999",
        b"9" * 19,
        b"9" * 30,
        b"0-99999999",
        b"0x" + b"f" * 16,
        b"1\n" * 200,
        b"0," * 140000,
        b"10 20",
        b"10 " * 9,
        b"Node 0 MemTotal: 9999999999999999999 kB",
        b"Node 0 MemTotal: 5 kB",
    ]
) | st.binary(max_size=20)


@hypothesis.settings(deadline=None, max_examples=300)
@hypothesis.given(
    lost=st.sets(st.sampled_from(sorted(BROKEN)), max_size=2),
    changed=st.dictionaries(st.sampled_from(sorted(BROKEN)), GARBAGE, max_size=3),
    added=st.sets(
        st.sampled_from(
            [
                "sys/devices/system/cpu/cpu1/node1/",
                "sys/devices/system/cpu/cpu99/",
                "sys/devices/system/cpu/cpu99999999/",
                "sys/devices/system/cpu/cpux/",
                "sys/devices/system/node/node7/",
                "sys/devices/system/node/node70000/",
                "sys/devices/system/cpu/cpu0/cache/index99/",
                "sys/devices/system/cpu/cpu0/online/",
            ]
        ),
        max_size=2,
    ),
)
def test_broken_files_are_told_in_a_sentence(
    lost: set[str], changed: dict[str, bytes], added: set[str]
) -> None:
    """Files that are missing, garbled or contradict each other: a machine, or what is wrong."""
    content = {name: text for name, text in BROKEN.items() if name not in lost}
    content |= {name: text for name, text in changed.items() if not name.endswith("/")}
    content |= dict.fromkeys(added, b"")
    try:
        found = read(content)
    except discover.DiscoveryError as error:
        told = [str(error)]
    else:
        told = list(found.warnings)
        assert found.machine.online
        assert sum(node.cpus for node in found.machine.nodes.values()) == found.machine.online

    for sentence in told:
        assert sentence.startswith(("cannot ", "can't find NUMA node for ID "))
        assert "sys/devices" in sentence or "CPU " in sentence
        assert len(sentence) < 500
