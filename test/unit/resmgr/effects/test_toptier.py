# SPDX-License-Identifier: Apache-2.0
"""Limits of top-tier memory in files."""

from pathlib import Path

import pytest

from resmgr.control.memory import places
from resmgr.effects.toptier import TopTier
from resmgr.model import Container, Pod

POD = Pod("p", "u", "web", "default", cgroup_parent="/kubepods/burstable/podu")
CONTAINER = Container("u:main", "p", "main", id="abc")


@pytest.fixture
def cgroup(tmp_path: Path) -> Path:
    """The folder of the container, as containerd with systemd names it."""
    folder = tmp_path / "memory/kubepods/burstable/podu/cri-containerd-abc.scope"
    folder.mkdir(parents=True)
    (folder / places.FILE).write_text("0\n")
    return folder


@pytest.mark.parametrize("limit", [512 * 1024**2, -1])
def test_a_limit_is_written_into_the_containers_cgroup(
    tmp_path: Path, cgroup: Path, limit: int
) -> None:
    """-1 takes it away."""
    assert TopTier(tmp_path).write(CONTAINER, POD, limit) == ""
    assert (cgroup / places.FILE).read_text() == f"{limit}\n"


def test_a_container_without_a_cgroup_is_told(tmp_path: Path) -> None:
    """In the words of the original."""
    why = TopTier(tmp_path).write(CONTAINER, POD, 1)

    assert why == '"default/web:main": failed to determine cgroup directory'


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, cgroup: Path) -> None:
    """A kernel without the control has none."""
    (cgroup / places.FILE).unlink()
    why = TopTier(tmp_path).write(CONTAINER, POD, 1)

    assert "cannot write 1 to" in why
    assert "No such file" in why
    assert not (cgroup / places.FILE).exists()


def test_the_start_check_names_the_file(tmp_path: Path) -> None:
    """It is in the root of the hierarchy on kernels that have it."""
    why = TopTier(tmp_path).unable()
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / places.FILE).touch()

    assert "cgroup top tier memory limit control not available" in why
    assert f"{tmp_path}/memory/{places.FILE}" in why
    assert TopTier(tmp_path).unable() == ""
