# SPDX-License-Identifier: Apache-2.0
"""The PID file."""

from pathlib import Path

import pytest

from resmgr.daemon.process.pidfile import CannotTake, PidFile


def test_it_has_the_process_id_while_the_daemon_runs(tmp_path: Path) -> None:
    """Missing folders are made; at the end it is removed."""
    path = tmp_path / "run" / "daemon.pid"
    file = PidFile(path)
    file.take(4711)
    held = path.read_text()
    file.release()

    assert held == "4711\n"
    assert not path.exists()


def test_a_second_daemon_is_refused(tmp_path: Path) -> None:
    """With the id of the first one, whose file stays."""
    path = tmp_path / "daemon.pid"
    first = PidFile(path)
    first.take(4711)
    with pytest.raises(CannotTake, match="already running as pid 4711"):
        PidFile(path).take(4712)
    held = path.read_text()
    first.release()

    assert held == "4711\n"


def test_the_file_of_a_dead_daemon_is_taken_over(tmp_path: Path) -> None:
    """Nobody holds it; what stands in it does not matter."""
    path = tmp_path / "daemon.pid"
    path.write_text("99999999\nmore")
    file = PidFile(path)
    file.take(1)

    assert path.read_text() == "1\n"
    file.release()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With the flag that names another one."""
    (tmp_path / "daemon.pid").mkdir()
    with pytest.raises(CannotTake, match=r"cannot write PID file .*--pid-file"):
        PidFile(tmp_path / "daemon.pid").take(1)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """In /tmp somebody else may have put it there."""
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "daemon.pid").symlink_to(tmp_path / "victim")
    with pytest.raises(CannotTake):
        PidFile(tmp_path / "daemon.pid").take(1)

    assert (tmp_path / "victim").read_text() == "precious"


def test_nothing_is_released_that_was_not_taken(tmp_path: Path) -> None:
    """A daemon that was refused leaves the file of the other one."""
    path = tmp_path / "daemon.pid"
    path.write_text("1\n")
    PidFile(path).release()

    assert path.exists()
