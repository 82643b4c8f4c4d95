# SPDX-License-Identifier: Apache-2.0
"""Whether somebody serves a socket."""

import socket
from pathlib import Path

import pytest

from resmgr.daemon import probe


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
