# SPDX-License-Identifier: Apache-2.0
"""One request over TLS; the good case is tested on a real API server."""

import socket
import threading
from pathlib import Path

import pytest

from installer.api import access, exchange, messages

_CA = """\
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUNU7rqYSM7IhwkBdJu+9T7sbzt/swCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFdGVzdHMwIBcNMjYxMTIyMTIyMzQyWhgPMjEyNjEwMjkxMjIz
NDJaMBAxDjAMBgNVBAMMBXRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
pUOyhkdroWIxuerDe7504mBny5CpqLSfyAbYRnQ1giz11yqKBRkIesOGz/kSSsNm
3KgtCR6ZzGmmrgJ/jAE2LqNTMFEwHQYDVR0OBBYEFEZVcLeAJkW82VG4iPreX9Iz
3KEVMB8GA1UdIwQYMBaAFEZVcLeAJkW82VG4iPreX9Iz3KEVMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAMWGXaEpDBugYHZuhhv5NJRfsHGrW/zN
Mva1z/veMyvQAiBaq7ISkglN4mzYKuf4VbdaXFb1+2ijmwOCoYtp22/phA==
-----END CERTIFICATE-----
"""
"""A certificate that signs nothing: its key was never kept."""


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """Files of an account; the CA is any of the machine's."""
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "ca.crt").write_text(_CA)
    return tmp_path


def test_nobody_listens(account: Path) -> None:
    """The address is told, and that nobody answers there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    way = access.Access("127.0.0.1", port, str(account / "ca.crt"), str(account / "token"))

    with pytest.raises(messages.ApiProblem, match=f"127.0.0.1:{port}: .*refused") as caught:
        exchange.send(way, messages.Request("GET", "/"), 1)
    assert caught.value.status == 0


def test_somebody_who_speaks_no_tls(account: Path) -> None:
    """It is no API server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        server = threading.Thread(target=serve)
        server.start()
        port = listening.getsockname()[1]
        way = access.Access("127.0.0.1", port, str(account / "ca.crt"), str(account / "token"))

        with pytest.raises(messages.ApiProblem, match="cannot reach the API server"):
            exchange.send(way, messages.Request("GET", "/"), 5)
        server.join(5)


@pytest.mark.parametrize("missing", ["token", "ca.crt"])
def test_files_that_are_missing(account: Path, missing: str) -> None:
    """Nothing is sent."""
    (account / missing).unlink()
    way = access.Access("127.0.0.1", 1, str(account / "ca.crt"), str(account / "token"))

    with pytest.raises(messages.ApiProblem, match="cannot use the account of the pod"):
        exchange.send(way, messages.Request("GET", "/"), 1)
