# SPDX-License-Identifier: Apache-2.0
"""Sockets that come back to the next process."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from resmgr.daemon.process import held


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket that listens, as the process before has made it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        made.bind(str(tmp_path / "relay.sock"))
        made.listen()
        yield made


def _held(*sockets: tuple[str, socket.socket]) -> held.Held:
    """Hold duplicates, as another process would have them."""
    return held.Held([(name, one.dup()) for name, one in sockets])


def test_a_listening_socket_is_taken_over(listening: socket.socket, tmp_path: Path) -> None:
    """It is the same socket, so clients that wait already are served."""
    kept = _held((held.LISTENER, listening))

    assert kept.claim(str(tmp_path / "relay.sock"))

    taken = kept.listener()
    assert taken is not None
    with taken:
        assert taken.getsockname() == listening.getsockname()
    assert kept.listener() is None


def test_a_socket_of_another_path_is_not_taken(listening: socket.socket, tmp_path: Path) -> None:
    """The flags may name another path than those of the process before."""
    kept = _held((held.LISTENER, listening))

    assert not kept.claim(str(tmp_path / "other.sock"))

    kept.close()


def test_a_socket_that_leads_nowhere_is_not_taken(listening: socket.socket, tmp_path: Path) -> None:
    """Clients would find nothing at the path, so a new socket has to be made there."""
    (tmp_path / "relay.sock").unlink()
    kept = _held((held.LISTENER, listening))

    assert not kept.claim(str(tmp_path / "relay.sock"))

    kept.close()


def test_a_socket_whose_place_was_taken_is_not_taken(
    listening: socket.socket, tmp_path: Path
) -> None:
    """Another process listens at the path now: clients go there."""
    (tmp_path / "relay.sock").unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(str(tmp_path / "relay.sock"))
        other.listen()
        kept = _held((held.LISTENER, listening))

        assert not kept.claim(str(tmp_path / "relay.sock"))

    kept.close()


def test_a_socket_whose_queue_is_full_is_taken_over(tmp_path: Path) -> None:
    """A kubelet that has tried for hours is no other process that serves the path."""
    path = str(tmp_path / "relay.sock")
    with contextlib.ExitStack() as clients, socket.socket(socket.AF_UNIX) as made:
        made.bind(path)
        made.listen(1)
        refused = False
        while not refused:
            client = clients.enter_context(socket.socket(socket.AF_UNIX))
            client.settimeout(0)
            refused = client.connect_ex(path) == errno.EAGAIN
        kept = _held((held.LISTENER, made))

        assert kept.claim(path)

        kept.close()


async def test_a_connection_to_the_runtime_lives_on() -> None:
    """Its calls may still be under way; everything else is closed at once."""
    ours, theirs = socket.socketpair()
    other, gone = socket.socketpair()
    kept = _held((held.runtime_name(1), ours), ("unknown", other))
    ours.close()
    other.close()
    kept.linger(asyncio.get_running_loop())
    theirs.settimeout(0)

    with theirs, gone:
        assert gone.recv(1) == b""
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
        kept.close()
        assert theirs.recv(1) == b""


async def test_the_youngest_connections_live_on() -> None:
    """A daemon that is killed again and again leaves no pile of them behind."""
    pairs = [socket.socketpair() for _ in range(4)]
    kept = _held(*((held.runtime_name(number), pair[0]) for number, pair in enumerate(pairs)))
    dropped: list[str] = []
    for ours, _ in pairs:
        ours.close()
    kept.linger(asyncio.get_running_loop(), dropped.append)

    assert dropped == [held.runtime_name(0), held.runtime_name(1)]

    kept.close()
    for _, theirs in pairs:
        theirs.close()


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LISTEN_PID": "7", "LISTEN_FDS": "-1"},
        {"LISTEN_PID": "7", "LISTEN_FDS": "many"},
        {"LISTEN_PID": "7", "LISTEN_FDS": "65"},
        {"LISTEN_PID": "8", "LISTEN_FDS": "1"},
    ],
)
def test_words_for_somebody_else_hold_nothing(environ: dict[str, str]) -> None:
    """Descriptors are touched only where the words are for this very process."""
    kept = held.take(environ, 7)

    assert not kept.claim("/anything")


def test_descriptors_are_found_by_number_and_name(tmp_path: Path) -> None:
    """They begin at 3; what is no socket is left alone."""
    path = str(tmp_path / "relay.sock")
    child = os.fork()
    if child == 0:  # The numbers of this process belong to the test runner.
        code = 1
        try:
            code = _in_child(path)
        finally:
            os._exit(code)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _in_child(path: str) -> int:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        made.bind(path)
        made.listen()
        high = os.dup(made.fileno())
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, 3)
        os.dup2(high, 4)
        environ = {
            "LISTEN_PID": str(os.getpid()),
            "LISTEN_FDS": "2",
            "LISTEN_FDNAMES": "stored:relay",
        }
        kept = held.take(environ, os.getpid())
        return 0 if kept.claim(path) and not os.get_inheritable(4) else 1
