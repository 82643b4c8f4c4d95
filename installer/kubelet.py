# SPDX-License-Identifier: Apache-2.0
"""The kubelet of this node: its own word about its health, and the API server's about the Node."""

import socket
from collections.abc import Callable

from .api import messages, nodes

PORT = 10248
TIMEOUT = 2.0

ASKED_AGAIN = 5.0
"""Seconds for which what the API server said about the Node is good enough."""


class Kubelet:
    """Asks on the loopback, and the API server if there is one."""

    def __init__(
        self,
        own: Callable[[], nodes.NodeView] | None,
        *,
        monotonic: Callable[[], float],
        port: int = PORT,
    ) -> None:
        """Take what reads the own Node, `None` where there is no API server; and a clock."""
        self._own = own
        self._monotonic = monotonic
        self._port = port
        self._asked = float("-inf")
        self._ready: bool | None = None

    def healthy(self) -> bool:
        """Tell whether `/healthz` says 200."""
        request = b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self._port), TIMEOUT) as connection:
                connection.sendall(request)
                words = connection.makefile("rb").readline(256).split()
        except OSError:
            return False
        return len(words) > 1 and words[0].startswith(b"HTTP/") and words[1] == b"200"

    def ready(self) -> bool | None:
        """Tell what the Node's condition Ready says, `None` when the API server cannot be asked."""
        if self._own is None:
            return None
        if self._monotonic() - self._asked >= ASKED_AGAIN:
            try:
                self._ready = self._own().ready
            except messages.ApiProblem:
                self._ready = None
            self._asked = self._monotonic()
        return self._ready
