# SPDX-License-Identifier: Apache-2.0
"""Words for systemd."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from resmgr.daemon.notify import Notifier


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
