# SPDX-License-Identifier: Apache-2.0
"""Credentials of a connection."""

import os
import socket

from resmgr.relay import peer


def test_the_peer_of_a_unix_socket() -> None:
    """The kernel tells process and user."""
    one, other = socket.socketpair()
    with one, other:
        found = peer.of_socket(one)

    assert found == peer.Peer(os.getpid(), os.getuid())


def test_nobody() -> None:
    """Without a socket nobody is known."""
    assert peer.of_socket(None) is None


def test_a_socket_that_cannot_tell() -> None:
    """A closed socket has no peer."""
    one, other = socket.socketpair()
    one.close()
    other.close()

    assert peer.of_socket(one) is None
