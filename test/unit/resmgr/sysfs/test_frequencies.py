# SPDX-License-Identifier: Apache-2.0
"""Where limits of frequencies can be set."""

from pathlib import Path

from unit.resmgr.sysfs import trees

from resmgr.sysfs import frequencies, knobs

TREE = trees.Tree(packages=2, cores=2)


def core(root: Path, folder: str) -> None:
    """Make the files of one clock."""
    path = root / frequencies.PLACE / folder
    path.mkdir(parents=True, exist_ok=True)
    (path / "scaling_min_freq").write_text("800000\n")


def test_each_cpu_has_its_own(tmp_path: Path) -> None:
    """A CPU without the files has none."""
    core(tmp_path, "cpu0/cpufreq")
    core(tmp_path, "cpu2/cpufreq")
    found = frequencies.find(tmp_path, TREE.machine())

    assert [(one.folder, one.cpus) for one in found.cores] == [
        ("cpu0/cpufreq", 0b1),
        ("cpu2/cpufreq", 0b100),
    ]
    assert found.dies == ()
    assert not found.uncore


def test_cpus_whose_folders_are_links_to_one_share_it(tmp_path: Path) -> None:
    """As drivers have it where cores are clocked together."""
    core(tmp_path, "cpufreq/policy0")
    for cpu in (0, 1):
        folder = tmp_path / frequencies.PLACE / f"cpu{cpu}"
        folder.mkdir()
        (folder / "cpufreq").symlink_to("../cpufreq/policy0")
    found = frequencies.find(tmp_path, TREE.machine())

    assert [(one.folder, one.cpus) for one in found.cores] == [("cpu0/cpufreq", 0b11)]


def test_dies_have_limits_of_their_own(tmp_path: Path) -> None:
    """With what they had when the driver was loaded."""
    path = tmp_path / frequencies.PLACE / frequencies.UNCORE / "package_01_die_00"
    path.mkdir(parents=True)
    for name, value in (
        ("min_freq_khz", 1),
        ("initial_min_freq_khz", 800000),
        ("initial_max_freq_khz", 2400000),
    ):
        (path / name).write_text(f"{value}\n")
    found = frequencies.find(tmp_path, TREE.machine())

    assert found.uncore
    assert found.dies == (
        knobs.Knob(f"{frequencies.UNCORE}/package_01_die_00", knobs.DIE, 0b1100, 800000, 2400000),
    )
