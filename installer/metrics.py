# SPDX-License-Identifier: Apache-2.0
"""The installer's metrics: three names, their text for Prometheus, and who answers for it."""

import contextlib
import socket
from collections.abc import Callable

from . import names, status

TIMEOUT = 1.0
"""Seconds that a reader may take for its request, since everything else waits meanwhile."""

_LONGEST = 8192
_BACKLOG = 8


def text(standing: status.Status, version: str) -> str:
    """Write the page.

    Args:
        standing: where the node stands.
        version: of the installer itself.
    """
    lines = [
        "# HELP cri_resmgr_installation_state 1 for the state that the node is in.",
        "# TYPE cri_resmgr_installation_state gauge",
    ]
    for state in names.STATES:
        value = int(state == standing.state)
        lines.append(f'cri_resmgr_installation_state{{state="{state}"}} {value}')
    lines += [
        "# HELP cri_resmgr_installation_kubelet_restarts_total Restarts of the kubelet by us.",
        "# TYPE cri_resmgr_installation_kubelet_restarts_total counter",
        f"cri_resmgr_installation_kubelet_restarts_total {standing.restarts}",
        "# HELP cri_resmgr_installation_build_info The version of the installer.",
        "# TYPE cri_resmgr_installation_build_info gauge",
        f'cri_resmgr_installation_build_info{{version="{version}"}} 1',
    ]
    return "\n".join(lines) + "\n"


def listen(port: int, host: str = "") -> socket.socket:
    """Open the port, on all addresses unless one is given. Raises OSError."""
    if host or not socket.has_dualstack_ipv6():
        family, both = socket.AF_INET, False
    else:
        family, both = socket.AF_INET6, True
    return socket.create_server((host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=both)


def answer(listening: socket.socket, page: Callable[[], str]) -> None:
    """Take one connection and answer its request: `/metrics`, or 404."""
    with contextlib.suppress(OSError):
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(TIMEOUT)
            request = connection.recv(_LONGEST).split(b"\r\n", 1)[0].split()
            found = len(request) == 3 and request[1].partition(b"?")[0] == b"/metrics"
            body = (page() if found else "not found\n").encode()
            head = (
                f"HTTP/1.1 {'200 OK' if found else '404 Not Found'}\r\n"
                "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            connection.sendall(head.encode() + body)
