# SPDX-License-Identifier: Apache-2.0
"""The kubelet's health, and the Node's condition."""

import socket
import threading

import pytest
from node import api_server

from installer import kubelet
from installer.api import nodes


@pytest.mark.parametrize(
    ("said", "healthy"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\n\r\nok", True),
        (b"HTTP/1.0 500 Internal Server Error\r\n\r\n", False),
        (b"200\r\n", False),
        (b"", False),
    ],
)
def test_healthz(said: bytes, *, healthy: bool) -> None:
    """Only status 200 is healthy."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(said)

        server = threading.Thread(target=serve)
        server.start()
        port = listening.getsockname()[1]
        found = kubelet.Kubelet(None, monotonic=lambda: 0, port=port).healthy()
        server.join(5)

    assert found is healthy


def test_a_kubelet_that_is_away_is_not_healthy() -> None:
    """Nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    assert not kubelet.Kubelet(None, monotonic=lambda: 0, port=port).healthy()


def test_ready_is_what_the_api_server_says() -> None:
    """It is asked every five seconds at most, and may be away."""
    server, time = api_server.ApiServer("n"), [0.0]
    ours = kubelet.Kubelet(nodes.Nodes("n", server.send).own, monotonic=lambda: time[0])

    assert ours.ready() is True
    server.nodes["n"]["status"]["conditions"][0]["status"] = "Unknown"
    assert ours.ready() is True
    time[0] = kubelet.ASKED_AGAIN
    assert ours.ready() is False
    server.away, time[0] = True, 2 * kubelet.ASKED_AGAIN
    assert ours.ready() is None


def test_without_a_cluster_nobody_says() -> None:
    """Run by a person, the kubelet's own word has to do."""
    assert kubelet.Kubelet(None, monotonic=lambda: 0).ready() is None
