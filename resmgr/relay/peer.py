# SPDX-License-Identifier: Apache-2.0
"""Who is at the other end of a unix socket."""

import dataclasses
import socket
import struct
from typing import Any, Protocol

_CREDENTIALS = struct.Struct("3i")


@dataclasses.dataclass(frozen=True, slots=True)
class Peer:
    """The process that connected, as the kernel saw it then."""

    pid: int
    uid: int


class _HasOptions(Protocol):
    def getsockopt(self, level: int, option: int, size: int, /) -> Any: ...


def of_socket(connected: _HasOptions | None) -> Peer | None:
    """The peer's credentials; None where the socket cannot tell."""
    if connected is None:
        return None
    try:
        raw = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except OSError:
        return None
    pid, uid, _ = _CREDENTIALS.unpack(raw)
    return Peer(pid, uid)
