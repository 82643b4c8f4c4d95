# SPDX-License-Identifier: Apache-2.0
"""NUMA nodes as sysfs shows them."""

from pathlib import Path

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.sysfs import files, machine, nodes

DRAM, PMEM, HBM, NONE = (
    machine.MemoryType.DRAM,
    machine.MemoryType.PMEM,
    machine.MemoryType.HBM,
    machine.MemoryType.NONE,
)
TWO = trees.Tree(packages=2, cores=2)


def find(
    root: Path, tree: trees.Tree, changes: dict[str, str] | None = None, linked: int = 0
) -> dict[int, machine.Node]:
    """Read the nodes of a tree in which some files are changed."""
    trees.write(
        root,
        tree.files() | {f"{trees.NODE}/{name}": text for name, text in (changes or {}).items()},
    )
    online = cpuset.of(range(64)) & ~cpuset.parse(tree.offline)
    return nodes.find(files.Folder(root / trees.NODE), online, linked)


def test_all_of_a_node_is_read(tmp_path: Path) -> None:
    """CPUs, distances, memory in bytes, and whether the kernel can use it for itself."""
    assert find(tmp_path, trees.EXAMPLE)[1] == machine.Node(
        id=1,
        cpus=cpuset.parse("4-7"),
        distances={0: 12, 1: 10, 2: 22, 3: 22},
        memory=DRAM,
        memory_total=2147483648,
        normal_memory=True,
    )


def test_distances_are_those_of_the_nodes_that_exist(tmp_path: Path) -> None:
    """The second distance is that of the second node, whatever its id."""
    found = find(tmp_path, TWO.but(node_ids=(0, 8)))

    assert {id_: node.distances for id_, node in found.items()} == {
        0: {0: 10, 8: 22},
        8: {0: 22, 8: 10},
    }


def test_a_short_list_of_distances_leaves_the_rest_unknown(tmp_path: Path) -> None:
    """Nodes without a distance are not in the mapping."""
    assert find(tmp_path, TWO, {"node1/distance": "20"})[1].distances == {0: 20}


@pytest.mark.parametrize("text", ["10 20 30", "10 x", "-1 10"])
def test_other_distances_are_refused(tmp_path: Path, text: str) -> None:
    """More distances than nodes, or what is no number, is named with its file."""
    with pytest.raises(files.DiscoveryError, match=r"node1/distance: expected 2 distances"):
        find(tmp_path, TWO, {"node1/distance": text})


@pytest.mark.parametrize(
    ("sizes", "types"),
    [
        ((), (DRAM, DRAM)),
        ((2097151,), (DRAM, DRAM, HBM)),
        ((2097152,), (DRAM, DRAM, PMEM)),
        ((8388608, 1024), (DRAM, DRAM, PMEM, HBM)),
    ],
)
def test_memory_without_cpus_is_told_by_its_size(
    tmp_path: Path, sizes: tuple[int, ...], types: tuple[machine.MemoryType, ...]
) -> None:
    """Less than nodes with CPUs have on average is fast memory, as much or more is slow memory."""
    found = find(tmp_path, TWO.but(apart=sizes))

    assert tuple(node.memory for node in found.values()) == types


def test_a_node_may_have_no_memory(tmp_path: Path) -> None:
    """A node of CPUs alone is of no memory type, and not counted in the average."""
    found = find(tmp_path, TWO.but(memory_less="0", apart=(2000000,)))

    assert [node.memory for node in found.values()] == [NONE, DRAM, HBM]
    assert found[0].memory_total == 0


def test_a_node_whose_cpus_are_offline_is_none_without_cpus(tmp_path: Path) -> None:
    """Its memory stays DRAM where the kernel still links the CPUs to the node."""
    tree = TWO.but(offline="2-3", keep_links=True)
    found = find(tmp_path, tree, linked=0b10)

    assert found[1].cpus == 0
    assert found[1].memory is DRAM


def test_all_memory_is_dram_if_none_is_at_cpus(tmp_path: Path) -> None:
    """There is no other memory that it could be special beside."""
    found = find(tmp_path, TWO.but(memory_less="0-1", apart=(4096,)))

    assert [node.memory for node in found.values()] == [NONE, NONE, DRAM]


def test_memory_that_the_kernel_cannot_use_is_not_normal(tmp_path: Path) -> None:
    """Nodes that only have movable memory are not in the list of normal ones."""
    found = find(tmp_path, TWO, {"has_normal_memory": "0"})

    assert [node.normal_memory for node in found.values()] == [True, False]


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("5", 5),
        ("3 k", 3072),
        ("3 kB", 3072),
        ("2 M", 2 << 20),
        ("2 GB", 2 << 30),
        ("1 T", 1 << 40),
    ],
)
def test_amounts_have_units(tmp_path: Path, line: str, size: int) -> None:
    """Units are powers of 1024; without one it is bytes."""
    found = find(tmp_path, TWO, {"node0/meminfo": f"Node 0 MemTotal: {line}"})

    assert found[0].memory_total == size


def test_an_unknown_size_matters_only_beside_special_memory(tmp_path: Path) -> None:
    """Without meminfo the size is 0, and the machine is read all the same."""
    assert find(tmp_path, TWO, {"node0/meminfo": "nothing"})[0].memory_total == 0


@pytest.mark.parametrize("node", [2, 3])
def test_special_memory_has_a_size(tmp_path: Path, node: int) -> None:
    """Memory without CPUs of unknown size cannot be told."""
    with pytest.raises(files.DiscoveryError, match=f"node{node}/meminfo: it has no line MemTotal"):
        find(tmp_path, trees.TIERED, {f"node{node}/meminfo": "Node 2 MemTotal: many kB"})


def test_special_memory_needs_something_to_compare_with(tmp_path: Path) -> None:
    """It cannot be told from memory of unknown size."""
    with pytest.raises(files.DiscoveryError, match=r"memory type of nodes 2,3 in .*known size"):
        find(tmp_path, trees.TIERED.but(memory=0))


@pytest.mark.parametrize("name", ["has_memory", "has_normal_memory", "node1/cpulist"])
def test_what_is_needed_is_named(tmp_path: Path, name: str) -> None:
    """A file that is wrong is named."""
    with pytest.raises(files.DiscoveryError, match=f"{name}: .* is no id"):
        find(tmp_path, TWO, {name: "x"})


def test_a_machine_has_a_node(tmp_path: Path) -> None:
    """A kernel without NUMA is refused in one sentence."""
    with pytest.raises(files.DiscoveryError, match="cannot find a NUMA node"):
        nodes.find(files.Folder(tmp_path), 1, 0)
