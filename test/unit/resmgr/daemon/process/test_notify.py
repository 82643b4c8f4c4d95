# SPDX-License-Identifier: Apache-2.0
"""Words for systemd."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from resmgr.daemon.process.notify import Notifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket that listens as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def test_systemd_hears_what_happens(manager: socket.socket) -> None:
    """Each word in a datagram of its own."""
    notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname()}, 1)
    notifier.ready("policy\nnone")
    notifier.status("busy")
    notifier.alive()
    notifier.reloading(12.5)
    notifier.stopping()
    heard = [manager.recv(1000).decode() for _ in range(5)]
    notifier.close()

    assert heard == [
        "READY=1\nSTATUS=policy none",
        "STATUS=busy",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=12500000",
        "STOPPING=1",
    ]


def test_an_abstract_socket_is_found() -> None:
    """`@` stands for the zero byte."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("")  # The kernel chooses an abstract name.
        listening.settimeout(5)
        name = listening.getsockname().decode()
        notifier = Notifier({"NOTIFY_SOCKET": "@" + name[1:]}, 1)
        notifier.alive()
        heard = listening.recv(100)
        notifier.close()

    assert heard == b"WATCHDOG=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "relative"}])
def test_without_a_socket_nothing_is_said(environ: dict[str, str]) -> None:
    """Run by hand, the daemon says nothing and does not fail."""
    notifier = Notifier({**environ, "WATCHDOG_USEC": "1000000"}, 1)
    notifier.ready("up")

    assert notifier.watchdog_period == 0


def test_a_manager_that_has_gone_is_no_failure(tmp_path: Path) -> None:
    """Nobody listens there any more."""
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}, 1)
    notifier.alive()
    notifier.close()

    assert notifier.watchdog_period == 0


@pytest.mark.parametrize(
    ("environ", "period"),
    [
        ({"WATCHDOG_USEC": "10000000"}, 5.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "7"}, 5.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "8"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_signs_of_life_are_given_twice_as_often_as_asked(
    environ: dict[str, str], period: float
) -> None:
    """If they are asked of this process."""
    assert Notifier({"NOTIFY_SOCKET": "/x", **environ}, 7).watchdog_period == period


def test_a_socket_is_given_to_be_kept(manager: socket.socket) -> None:
    """The descriptor goes with the words, and the name finds it again."""
    notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname()}, 1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        notifier.keep(ours.fileno(), "runtime")
        notifier.keep_no_more("runtime")
        data, descriptors, _, _ = socket.recv_fds(manager, 1000, 4)
        notifier.close()
        with socket.socket(fileno=descriptors[0]) as kept:
            kept.send(b"x")

            assert theirs.recv(10) == b"x"

    assert data == b"FDSTORE=1\nFDNAME=runtime"
    assert manager.recv(1000) == b"FDSTOREREMOVE=1\nFDNAME=runtime"


def test_a_start_that_waits_asks_for_more_time(manager: socket.socket) -> None:
    """A runtime that is away is waited for, and systemd has to know that it is no failure."""
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "20000000"}
    notifier = Notifier(environ, 1)
    notifier.alive()
    notifier.ready("up")
    notifier.alive()
    heard = [manager.recv(1000).decode() for _ in range(3)]
    notifier.close()

    assert heard == [
        "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=40000000",
        "READY=1\nSTATUS=up",
        "WATCHDOG=1",
    ]
