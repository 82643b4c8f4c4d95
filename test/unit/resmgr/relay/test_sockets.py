# SPDX-License-Identifier: Apache-2.0
"""Sockets in the file system."""

import os
import socket
import stat
from pathlib import Path

import pytest

from resmgr.relay import sockets


def mode(path: Path) -> int:
    """Give the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_socket(tmp_path: Path) -> None:
    """It listens, mode 0660, in folders of mode 0711, whatever the umask is."""
    path = tmp_path / "one" / "two" / "relay.sock"
    old = os.umask(0o077)
    try:
        listener = sockets.listen(str(path))
    finally:
        os.umask(old)
    with listener, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))

        assert mode(path) == 0o660
        assert mode(path.parent) == mode(path.parent.parent) == 0o711


def test_another_mode(tmp_path: Path) -> None:
    """The caller may want a closer one."""
    with sockets.listen(str(tmp_path / "config.sock"), mode=0o600):
        assert mode(tmp_path / "config.sock") == 0o600


def test_existing_folders_keep_their_mode(tmp_path: Path) -> None:
    """Only folders that are made get a mode."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept").chmod(0o750)
    with sockets.listen(str(tmp_path / "kept" / "relay.sock")):
        assert mode(tmp_path / "kept") == 0o750


@pytest.mark.parametrize("path", ["relay.sock", "", "@abstract"])
def test_a_path_that_is_not_absolute(path: str) -> None:
    """It is refused in the words of the original."""
    with pytest.raises(sockets.SocketError, match=f"invalid socket '{path}', expecting absolute"):
        sockets.listen(path)


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    """The kernel's limit is told before it is met."""
    with pytest.raises(sockets.SocketError, match="at most 107 bytes"):
        sockets.listen(str(tmp_path / ("x" * 120)))


def test_an_abandoned_socket(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is removed with a warning."""
    path = tmp_path / "relay.sock"
    sockets.listen(str(path)).close()
    with sockets.listen(str(path)), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))

    assert "removing abandoned socket" in caplog.text


def test_a_socket_that_is_served(tmp_path: Path) -> None:
    """It is an error, and stays as it is."""
    path = tmp_path / "relay.sock"
    with sockets.listen(str(path)) as listener:
        before = sockets.identity(str(path))
        with pytest.raises(sockets.SocketError, match="already exists; another relay serves it"):
            sockets.listen(str(path))

        assert sockets.identity(str(path)) == before
        assert listener.fileno() > 0


def test_something_else_at_the_path(tmp_path: Path) -> None:
    """A file is not removed."""
    path = tmp_path / "relay.sock"
    path.write_text("precious")
    with pytest.raises(sockets.SocketError, match="is no socket"):
        sockets.listen(str(path))

    assert path.read_text() == "precious"


def test_what_the_system_refuses(tmp_path: Path) -> None:
    """The cause is in the message."""
    (tmp_path / "file").write_text("")
    with pytest.raises(sockets.SocketError, match=r"failed to create server: socket .*: .+"):
        sockets.listen(str(tmp_path / "file" / "relay.sock"))


def test_only_our_socket_is_removed(tmp_path: Path) -> None:
    """One that another process has made meanwhile stays."""
    path = str(tmp_path / "relay.sock")
    with sockets.listen(path):
        ours = sockets.identity(path)
    (tmp_path / "relay.sock").unlink()
    with sockets.listen(path):
        (tmp_path / "other").write_text("")  # so that no inode is used again
        if sockets.identity(path) != ours:
            sockets.remove(path, ours)
            assert sockets.identity(path) is not None
        sockets.remove(path, sockets.identity(path))

    assert sockets.identity(path) is None


def test_nothing_to_remove(tmp_path: Path) -> None:
    """A socket that has gone already is no error."""
    sockets.remove(str(tmp_path / "relay.sock"), (1, 2))
    sockets.remove(str(tmp_path / "relay.sock"), None)


def test_access_is_copied(tmp_path: Path) -> None:
    """Mode and owner become those of the other one."""
    source, target = tmp_path / "runtime.sock", tmp_path / "relay.sock"
    with sockets.listen(str(source)), sockets.listen(str(target)):
        source.chmod(0o606)
        if os.getuid() == 0:
            os.chown(source, 1234, 5678)
        sockets.copy_access(str(source), str(target))

        assert mode(target) == 0o606
        assert target.stat().st_uid == source.stat().st_uid
        assert target.stat().st_gid == source.stat().st_gid


def test_access_that_cannot_be_copied(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged and nothing more."""
    sockets.copy_access(str(tmp_path / "gone"), str(tmp_path / "relay.sock"))

    assert "cannot copy the access rights" in caplog.text
