# SPDX-License-Identifier: Apache-2.0
"""The socket that the agent listens on."""

import os
import socket
from pathlib import Path

import pytest

from agent.net import sockets
from agent.net.sockets import CannotListen


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Folders that are missing are made, whatever the mask is."""
    path = tmp_path / "a/b/agent.sock"
    before = os.umask(0)
    try:
        sockets.listen(str(path)).close()
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o711


def test_one_that_is_in_the_way_goes(tmp_path: Path) -> None:
    """Whoever listens on it: an agent that is being replaced may still run."""
    path = str(tmp_path / "agent.sock")
    with sockets.listen(path):
        first = sockets.identity(path)
        with sockets.listen(path), socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            second = sockets.identity(path)
            sockets.remove(path, first)
            kept = sockets.identity(path)
            sockets.remove(path, second)

    assert kept == second != first
    assert sockets.identity(path) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("agent.sock", "is relative"),
        ("/" + "x" * 200, "at most 107 bytes"),
        ("/proc/version/x", "cannot serve /proc/version/x"),
        ("/etc/hostname", "no socket"),
    ],
)
def test_what_cannot_be_served(name: str, words: str) -> None:
    """It is told, and nothing is removed."""
    with pytest.raises(CannotListen, match=words):
        sockets.listen(name)


def test_who_is_at_the_other_end() -> None:
    """The kernel says so."""
    one, other = socket.socketpair()
    with one, other:
        assert sockets.uid_of(one) == os.geteuid()
