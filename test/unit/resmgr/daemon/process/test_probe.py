# SPDX-License-Identifier: Apache-2.0
"""Whether somebody serves a socket."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from resmgr.daemon.process import probe


def test_a_socket_that_is_served_is_found(tmp_path: Path) -> None:
    """It accepts connections."""
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as serving:
        serving.bind(path)
        serving.listen()

        assert probe.listening(path)


def test_a_socket_that_was_left_is_not_served(tmp_path: Path) -> None:
    """Its process has gone, its file is there."""
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as serving:
        serving.bind(path)
        serving.listen()

    assert not probe.listening(path)


def test_a_path_where_nothing_is_has_nobody(tmp_path: Path) -> None:
    """Nor one below a missing folder."""
    assert not probe.listening(str(tmp_path / "nope" / "socket"))


def test_what_cannot_be_found_out_is_told(tmp_path: Path) -> None:
    """A file is no socket; the system's words are kept."""
    with pytest.raises(OSError, match="too long"):
        probe.listening(str(tmp_path / ("x" * 200)))


def test_whoever_is_slow_is_there(tmp_path: Path) -> None:
    """A full queue of connections is one of somebody."""
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as serving, socket.socket(socket.AF_UNIX) as first:
        serving.bind(path)
        serving.listen(0)
        first.connect(path)

        assert probe.listening(path)


@pytest.mark.parametrize("name", ["new", "one/two/new", "left"])
def test_nothing_is_in_the_way(tmp_path: Path, name: str) -> None:
    """Of a new socket, below folders that are still to be made, and of one that was left."""
    with socket.socket(socket.AF_UNIX) as serving:
        serving.bind(str(tmp_path / "left"))
    path = tmp_path / name
    there = path.exists()

    assert probe.obstacle(str(path)) == ""
    assert path.exists() == there


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("file", "a file is there, which is no socket; move it away"),
        ("folder", "a folder is there, which is no socket; move it away"),
        ("link", "a link is there, which is no socket; move it away"),
        ("pipe", "a pipe is there, which is no socket; move it away"),
        ("served", "somebody listens there already; stop it"),
        ("datagrams", "a socket of another kind is there; move it away"),
    ],
)
def test_what_is_in_the_way_is_named(tmp_path: Path, name: str, why: str) -> None:
    """With what to do; it stays as it is."""
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    os.mkfifo(tmp_path / "pipe")
    with (
        socket.socket(socket.AF_UNIX) as serving,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other,
    ):
        serving.bind(str(tmp_path / "served"))
        serving.listen()
        other.bind(str(tmp_path / "datagrams"))
        before = os.lstat(tmp_path / name)

        assert probe.obstacle(str(tmp_path / name)) == why
        assert os.lstat(tmp_path / name).st_ino == before.st_ino


@pytest.mark.parametrize("below", ["socket", "one/two/socket"])
def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path, below: str) -> None:
    """The file, not the folder below it."""
    (tmp_path / "file").write_text("")

    assert probe.obstacle(str(tmp_path / "file" / below)) == (
        f"{tmp_path / 'file'} is no folder; move it away"
    )


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder of somebody else, with a closed one in it; we are nobody in particular."""
    before = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "inner").mkdir(mode=0o000)
        folder.chmod(0o555)
        if before == 0:
            os.seteuid(65534)
        yield folder
        os.seteuid(before)
        folder.chmod(0o755)


@pytest.mark.parametrize("below", ["socket", "one/socket"])
def test_a_folder_that_may_not_be_written_to_is_named(closed: Path, below: str) -> None:
    """It is the lowest one that is there."""
    why = probe.obstacle(str(closed / below))

    assert why.startswith(f"{closed} may not be written to; ")


def test_a_folder_that_may_not_be_looked_into_is_told(closed: Path) -> None:
    """Nobody knows what is there."""
    why = probe.obstacle(str(closed / "inner" / "socket"))

    assert why.startswith("nobody knows what is there: Permission denied; ")


def test_a_path_that_the_system_does_not_take_is_told(tmp_path: Path) -> None:
    """In its words."""
    why = probe.obstacle(str(tmp_path / ("x" * 300)))

    assert why.startswith("nobody knows what is there: File name too long; ")
