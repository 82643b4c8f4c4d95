# SPDX-License-Identifier: Apache-2.0
"""CPUs as sysfs shows them."""

from pathlib import Path

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.sysfs import cpus, files, machine


def find(root: Path, tree: trees.Tree, **changed: str | None) -> cpus.Found:
    """Read the CPUs of a tree, where files of CPU 1 are changed or, with None, missing."""
    written = tree.files()
    for name, content in changed.items():
        path = f"{trees.CPU}/cpu1/{name.replace('__', '/')}"
        if content is None:
            del written[path]
        else:
            written[path] = content
    trees.write(root, written)
    return cpus.find(files.Folder(root / trees.CPU))


def test_all_of_a_cpu_is_read(tmp_path: Path) -> None:
    """Place, threads, frequencies and preference come from their files."""
    found = find(
        tmp_path,
        trees.DIES.but(threads=2),
        cpufreq__base_frequency="2100000",
        cpufreq__cpuinfo_min_freq="800000",
        cpufreq__cpuinfo_max_freq="3500000",
        cpufreq__energy_performance_preference="balance_power",
    )

    assert found.online[1] == machine.Cpu(
        id=1,
        package=0,
        die=0,
        core=1,
        node=0,
        threads=cpuset.of([1, 9]),
        base_frequency=2100000,
        min_frequency=800000,
        max_frequency=3500000,
        energy_preference="balance_power",
    )


def test_what_may_be_missing_has_a_default(tmp_path: Path) -> None:
    """A CPU without die, cpufreq and a file that tells whether it is online is one."""
    found = find(tmp_path, trees.FLAT, topology__die_id=None, online=None)

    assert found.online[1] == machine.Cpu(1, package=0, die=0, core=1, node=0, threads=0b10)


@pytest.mark.parametrize("missing", ["physical_package_id", "core_id", "thread_siblings_list"])
def test_what_an_online_cpu_needs_is_named(tmp_path: Path, missing: str) -> None:
    """The message names the missing file."""
    with pytest.raises(files.DiscoveryError, match=f"cpu1/topology/{missing}: No such file"):
        find(tmp_path, trees.FLAT, **{f"topology__{missing}": None})


def test_unknown_places_are_the_first(tmp_path: Path) -> None:
    """Where the kernel writes -1 for package and die they are 0."""
    found = find(tmp_path, trees.FLAT, topology__physical_package_id="-1", topology__die_id="-1")

    assert (found.online[1].package, found.online[1].die) == (0, 0)


@pytest.mark.parametrize("keep_links", [False, True])
def test_offline_cpus_are_only_ids(tmp_path: Path, keep_links: bool) -> None:  # noqa: FBT001
    """An offline CPU is in the offline mask, and in no core, linked to its node or not."""
    found = find(tmp_path, trees.LAPTOP.but(offline="4", keep_links=keep_links))

    assert 4 not in found.online
    assert found.offline == 1 << 4
    assert found.online[0].threads == 0b1
    assert found.offline_nodes == int(keep_links)


def test_threads_are_online_ones(tmp_path: Path) -> None:
    """A sibling that the kernel still lists is left out while it is offline."""
    found = find(tmp_path, trees.FLAT.but(offline="0"), topology__thread_siblings_list="0-1")

    assert found.online[1].threads == 0b10


def test_siblings_are_so_mutually(tmp_path: Path) -> None:
    """A CPU that claims a sibling of another core is named."""
    cause = r"cpu1/topology/thread_siblings_list: CPU 2 is in it, whose own siblings are 2"
    with pytest.raises(files.DiscoveryError, match=cause):
        find(tmp_path, trees.FLAT, topology__thread_siblings_list="1-2")


@pytest.mark.parametrize("name", ["physical_package_id", "core_id"])
def test_numbers_of_places_are_believable(tmp_path: Path, name: str) -> None:
    """A number that no kernel has is refused."""
    with pytest.raises(files.DiscoveryError, match=f"{name}: 2147483648 is too large"):
        find(tmp_path, trees.FLAT, **{f"topology__{name}": "2147483648"})


def test_frequencies_that_are_no_numbers_are_unknown(tmp_path: Path) -> None:
    """So are those below nothing."""
    found = find(
        tmp_path, trees.FLAT, cpufreq__base_frequency="fast", cpufreq__cpuinfo_max_freq="-1"
    )

    assert (found.online[1].base_frequency, found.online[1].max_frequency) == (0, 0)


def test_capacities_are_read_where_there_are_any(tmp_path: Path) -> None:
    """Some kernels tell how strong a CPU is, others do not."""
    assert find(tmp_path, trees.FLAT, cpu_capacity="512").capacities == {1: 512}


def test_an_online_cpu_has_a_node(tmp_path: Path) -> None:
    """A CPU without a link to a node cannot be placed."""
    with pytest.raises(files.DiscoveryError, match=r"NUMA node of CPU 1 .* exactly one .* none"):
        find(tmp_path, trees.FLAT, **{"node0/": None})


def test_a_cpu_has_no_second_node(tmp_path: Path) -> None:
    """A CPU with links to two nodes cannot be placed."""
    with pytest.raises(files.DiscoveryError, match=r"exactly one node .* node0, node3"):
        find(tmp_path, trees.FLAT, **{"node3/": ""})


def test_a_machine_has_a_cpu(tmp_path: Path) -> None:
    """A folder without CPUs is no machine; the message names it."""
    with pytest.raises(files.DiscoveryError, match=f"in {tmp_path}: there is none"):
        cpus.find(files.Folder(tmp_path))
