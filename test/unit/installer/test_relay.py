# SPDX-License-Identifier: Apache-2.0
"""A quick look at the relay."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer import relay


@contextlib.contextmanager
def server(path: Path, said: bytes | None) -> Iterator[None]:
    """A socket that says something to who greets it; `None`: nothing at all."""
    done = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            if said is None:
                done.wait(5)
            else:
                connection.sendall(said)

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        done.set()
        thread.join(5)


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80", ""),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the relay speaks no HTTP/2"),
        (b"\x00\x00", "the relay ended the connection"),
        (b"", "the relay ended the connection"),
        (None, "the relay did not answer in 0.05 s"),
    ],
)
def test_what_is_wrong(tmp_path: Path, said: bytes | None, trouble: str) -> None:
    """Settings are the first words of a server that works."""
    path = tmp_path / "socket"
    with server(path, said):
        found = relay.answers(path, 5 if said is not None else 0.05)

    assert found == trouble


def test_no_socket(tmp_path: Path) -> None:
    """A relay that is away."""
    found = relay.answers(tmp_path / "none")

    assert found == "the relay's socket: No such file or directory"
