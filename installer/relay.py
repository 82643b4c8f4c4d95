# SPDX-License-Identifier: Apache-2.0
"""A quick look at the relay: does it take connections and speak HTTP/2? For the loop that keeps it.

The gate asks for much more, but it is a program to start; a relay that hangs shows here as well.
"""

import socket
from pathlib import Path

TIMEOUT = 5.0

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
_HEAD = 9
_SETTINGS_TYPE = 4


def answers(path: Path, timeout: float = TIMEOUT) -> str:
    """Greet the relay and wait for its settings; give what is wrong, empty for nothing.

    What every HTTP/2 server sends first is a SETTINGS frame (RFC 9113, section 3.4).
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as connection:
            connection.settimeout(timeout)
            connection.connect(str(path))
            connection.sendall(_PREFACE + _SETTINGS)
            head = b""
            while len(head) < _HEAD:
                got = connection.recv(_HEAD - len(head))
                if not got:
                    return "the relay ended the connection"
                head += got
    except TimeoutError:
        return f"the relay did not answer in {timeout:g} s"
    except OSError as error:
        return f"the relay's socket: {error.strerror or error}"
    return "" if head[3] == _SETTINGS_TYPE else "the relay speaks no HTTP/2"
