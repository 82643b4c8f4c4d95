# SPDX-License-Identifier: Apache-2.0
"""Where cgroups of containers are."""

from pathlib import Path

import pytest
from unit.resmgr.collect import trees

from resmgr.collect import containers

A, B = trees.A, trees.B


@pytest.mark.parametrize(
    "cgroup",
    [
        trees.SYSTEMD,
        f"kubepods.slice/kubepods-pod1.slice/crio-{A}.scope",
        f"kubepods.slice/kubepods-pod1.slice/docker-{A}.scope",
        trees.CGROUPFS,
        f"kubepods/pod1/{A}",
    ],
)
def test_both_drivers_and_all_runtimes(tmp_path: Path, cgroup: str) -> None:
    """Guaranteed pods are one folder higher than others."""
    (tmp_path / cgroup).mkdir(parents=True)

    assert containers.find(tmp_path) == {A: tmp_path / cgroup}


@pytest.mark.parametrize(
    "cgroup",
    [
        f"kubepods.slice/crio-conmon-{A}.scope",
        f"kubepods.slice/cri-containerd-{A}",
        f"kubepods.slice/cri-containerd-{A[1:]}.scope",
        f"kubepods/pod1/{A}0",
        f"user.slice/cri-containerd-{A}.scope",
        f"system.slice/{A}",
    ],
)
def test_others_are_no_containers(tmp_path: Path, cgroup: str) -> None:
    """Watchers of containers, and what is not below the pods."""
    (tmp_path / cgroup).mkdir(parents=True)

    assert containers.find(tmp_path) == {}


def test_containers_are_not_looked_into(tmp_path: Path) -> None:
    """What runs in one makes cgroups as it likes."""
    (tmp_path / f"kubepods/pod1/{B}/{A}").mkdir(parents=True)
    (tmp_path / f"kubepods/pod2/{A}").mkdir(parents=True)

    assert containers.find(tmp_path) == {
        A: tmp_path / f"kubepods/pod2/{A}",
        B: tmp_path / f"kubepods/pod1/{B}",
    }


def test_depth_and_number_are_bounded(tmp_path: Path) -> None:
    """Somebody may make folders without end."""
    (tmp_path / "kubepods" / "/".join(["x"] * containers.DEEPEST) / A).mkdir(parents=True)
    for number in range(containers.MOST + 10):
        (tmp_path / "kubepods/pod1" / f"{number:064x}").mkdir(parents=True)

    assert len(containers.find(tmp_path)) == containers.MOST


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """The kernel makes none."""
    (tmp_path / "kubepods").mkdir()
    (tmp_path / "kubepods" / A).symlink_to("/")

    assert containers.find(tmp_path) == {}


def test_without_pods_there_are_none(tmp_path: Path) -> None:
    """Nor without the mount."""
    assert containers.find(tmp_path) == {}
    assert containers.find(tmp_path / "nope") == {}


def test_folders_that_cannot_be_listed_are_told(tmp_path: Path) -> None:
    """With the folder and the system's words."""
    (tmp_path / "kubepods").symlink_to("kubepods")
    with pytest.raises(containers.CannotList) as caught:
        containers.find(tmp_path)

    assert str(caught.value).startswith(f"cannot list {tmp_path / 'kubepods'}: Too many levels")
