# SPDX-License-Identifier: Apache-2.0
"""Cgroups of containers, in trees of files."""

from pathlib import Path

import pytest
from unit.resmgr.collect import trees

from ctl.node import cgroups


def test_versions_are_told_apart(tmp_path: Path) -> None:
    """By what is mounted."""
    for name in ("old", "new", "both"):
        (tmp_path / name / cgroups.MOUNT).mkdir(parents=True)
    trees.first(tmp_path / "old" / cgroups.MOUNT)
    trees.second(tmp_path / "new" / cgroups.MOUNT)
    trees.first(tmp_path / "both" / cgroups.MOUNT)
    trees.second(tmp_path / "both" / cgroups.MOUNT / "unified")

    assert cgroups.look(tmp_path / "old").version == "v1"
    assert cgroups.look(tmp_path / "new").version == "v2"
    assert cgroups.look(tmp_path / "both").version == "v1 and v2"
    assert cgroups.look(tmp_path / "none").version == "none"


def test_controllers_are_where_they_are_mounted(tmp_path: Path) -> None:
    """A folder of its own in cgroup v1, the mount itself in v2 if it has the controller."""
    trees.first(tmp_path / "old" / cgroups.MOUNT)
    trees.second(tmp_path / "new" / cgroups.MOUNT)
    old, new = cgroups.look(tmp_path / "old"), cgroups.look(tmp_path / "new")

    assert old.hierarchy("cpuset") == tmp_path / "old" / cgroups.MOUNT / "cpuset"
    assert new.hierarchy("memory") == tmp_path / "new" / cgroups.MOUNT
    assert old.hierarchy("rdma") is None
    assert new.hierarchy("cpuset") is None
    assert set(old.folders("cpuset")) == set(new.folders("memory")) == {trees.A}
    assert new.folders("cpuset") == {}


@pytest.mark.parametrize("end", ["", ".effective"])
def test_cpusets_are_read(tmp_path: Path, end: str) -> None:
    """CPUs and memory nodes, the effective ones where there are some."""
    (tmp_path / "cpuset.cpus").write_text("0-3\n")
    (tmp_path / "cpuset.mems").write_text("0\n")
    (tmp_path / f"cpuset.cpus{end}").write_text("2-3\n")
    (tmp_path / f"cpuset.mems{end}").write_text("1\n")

    assert cgroups.held(tmp_path) == cgroups.Held(0b1100, 0b10)


def test_cpusets_that_have_gone(tmp_path: Path) -> None:
    """Nothing is known of them; the same for a text that makes no sense."""
    assert cgroups.held(tmp_path) is None

    (tmp_path / "cpuset.cpus").write_text("x\n")
    (tmp_path / "cpuset.mems").write_text("0\n")

    assert cgroups.held(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "text", "shares"),
    [
        ("cpu.shares", "1024\n", 1024),
        ("cpu.weight", "1\n", 2),
        ("cpu.weight", "10000\n", 262144),
        ("cpu.weight", "x\n", None),
        ("other", "", None),
    ],
)
def test_weights_are_told_as_shares(
    tmp_path: Path, name: str, text: str, shares: int | None
) -> None:
    """So that one column says the same on every node."""
    (tmp_path / name).write_text(text)

    assert cgroups.shares(tmp_path) == shares
