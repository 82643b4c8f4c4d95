# SPDX-License-Identifier: Apache-2.0
"""Ports for servers that are about to start."""

from garden import servers


def test_a_port_is_given_once() -> None:
    """Though nobody listens on those that were given before."""
    given = [servers.free_port() for _ in range(300)]

    assert len(set(given)) == len(given)
    assert set(given) <= set(servers.PORTS)
