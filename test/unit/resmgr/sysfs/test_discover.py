# SPDX-License-Identifier: Apache-2.0
"""The machine as a whole."""

from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.sysfs import discover, machine


def read(root: Path, files: dict[str, str]) -> discover.Discovered:
    """Write files and read the machine."""
    trees.write(root, files)
    return discover.discover(root)


def test_packages_have_their_cpus_nodes_and_dies() -> None:
    """The example of two packages with two nodes each."""
    found = trees.EXAMPLE.machine()

    assert found.packages == {
        0: machine.Package(0, cpuset.parse("0-7"), nodes=0b11, dies={0: cpuset.parse("0-7")}),
        1: machine.Package(1, cpuset.parse("8-15"), nodes=0b1100, dies={0: cpuset.parse("8-15")}),
    }


def test_dies_divide_packages() -> None:
    """Each die has its CPUs; ids of dies start anew in each package."""
    found = trees.DIES.machine()

    assert [dict(package.dies) for package in found.packages.values()] == [
        {0: 0b11, 1: 0b1100},
        {0: 0b110000, 1: 0b11000000},
    ]


def test_hyperthreads_share_cores_across_numbering() -> None:
    """Siblings may be far apart by number and are in the same node and package."""
    found = trees.SERVER.machine()

    assert cpuset.show(found.cpus[5].threads) == "5,21"
    assert cpuset.show(found.nodes[1].cpus) == "4-7,20-23"
    assert cpuset.show(found.packages[1].cpus) == "8-15,24-31"


def test_nodes_without_cpus_are_of_no_package() -> None:
    """Memory apart belongs to the machine alone."""
    found = trees.TIERED.machine()

    assert [package.nodes for package in found.packages.values()] == [0b1, 0b10]
    assert list(found.nodes) == [0, 1, 2, 3]


@pytest.mark.parametrize("keep_links", [False, True])
def test_offline_cpus_of_the_second_socket_are_not_in_the_first(keep_links: bool) -> None:  # noqa: FBT001
    """They are in no package and in no node, so that sockets share no node because of them."""
    found = trees.EXAMPLE.but(offline="9,12-15", keep_links=keep_links).machine()

    assert cpuset.show(found.offline) == "9,12-15"
    assert cpuset.show(found.packages[0].cpus) == "0-7"
    assert cpuset.show(found.packages[1].cpus) == "8,10-11"
    assert (found.packages[0].nodes, found.packages[1].nodes) == (0b11, 0b100)
    assert found.nodes[3].cpus == 0


def test_isolated_cpus_may_be_offline() -> None:
    """The isolated set is what the kernel says, as far as there are such CPUs."""
    found = trees.FLAT.but(isolated="1-2,40", offline="2").machine()

    assert cpuset.show(found.isolated) == "1-2"


def test_without_the_list_no_cpu_is_isolated(tmp_path: Path) -> None:
    """That it cannot be read is a warning, no failure."""
    files = trees.FLAT.files()
    del files[f"{trees.CPU}/isolated"]
    found = read(tmp_path, files)

    assert found.machine.isolated == 0
    assert len(found.warnings) == 1
    assert "cpu/isolated: No such file" in found.warnings[0]


def test_a_recorded_machine_is_read(tmp_path: Path) -> None:
    """What a real kernel shows is two CPUs in one package and node."""
    found = read(tmp_path, dict(trees.RECORDED))

    assert found.warnings == ()
    assert found.machine.cpus == {
        id_: machine.Cpu(id_, package=0, die=0, core=id_, node=0, threads=1 << id_)
        for id_ in (0, 1)
    }
    assert found.machine.nodes[0].memory_total == 9660628 * 1024


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cpu/cpu1/topology/core_id": "x"}, "cpu1/topology/core_id: 'x' is no number"),
        ({"node/node1/cpulist": "2-"}, "node1/cpulist: .* is no id"),
        ({"node/node1/cpulist": "3"}, "node1/cpulist: CPU 2 is linked to it, but missing"),
        ({"node/node1/cpulist": "1-3"}, "node1/cpulist: CPU 1 is in it, but linked to node 0"),
        ({"node/node0/distance": "ten"}, "node0/distance: expected 2 distances"),
    ],
)
def test_broken_trees_are_refused(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    """Each is named with the file and what is wrong in it."""
    files = trees.Tree(packages=2, cores=2).files()
    files |= {f"sys/devices/system/{name}": content for name, content in changes.items()}

    with pytest.raises(discover.DiscoveryError, match=message):
        read(tmp_path, files)


def test_a_link_leads_to_a_node_that_is_there(tmp_path: Path) -> None:
    """A CPU of a node without folder is named."""
    files = {
        name: content
        for name, content in trees.Tree(packages=2, cores=2).files().items()
        if "/node/node1/" not in name
    }
    files[f"{trees.NODE}/node0/distance"] = "10"

    with pytest.raises(discover.DiscoveryError, match="can't find NUMA node for ID 1: CPU 2"):
        read(tmp_path, files)


def test_an_empty_root_is_no_machine(tmp_path: Path) -> None:
    """The message names the folder that was looked in."""
    with pytest.raises(discover.DiscoveryError, match=f"{tmp_path}/sys/devices/system/cpu"):
        discover.discover(tmp_path)


@hypothesis.settings(deadline=None, max_examples=40)
@hypothesis.given(
    st.builds(
        trees.Tree,
        packages=st.integers(1, 3),
        nodes=st.integers(1, 2),
        cores=st.integers(1, 3),
        threads=st.integers(1, 2),
        adjacent=st.booleans(),
        offline=st.sets(st.integers(1, 35)).map(lambda ids: cpuset.show(cpuset.of(ids))),
        keep_links=st.booleans(),
    )
)
def test_packages_and_nodes_divide_the_online_cpus(tree: trees.Tree) -> None:
    """Each online CPU is in exactly one package, die and node; an offline one in none."""
    found = tree.machine()
    packages = [package.cpus for package in found.packages.values()]
    dies = [cpus for package in found.packages.values() for cpus in package.dies.values()]
    nodes = [node.cpus for node in found.nodes.values()]

    for parts in (packages, dies, nodes):
        assert sum(parts) == found.online
        assert sum(part.bit_count() for part in parts) == found.online.bit_count()
    assert found.online & found.offline == 0
