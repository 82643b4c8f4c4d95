# SPDX-License-Identifier: Apache-2.0
"""Whether somebody serves a unix socket."""

import socket

_PATIENCE = 1.0


def listening(path: str) -> bool:
    """Tell whether somebody accepts connections there.

    A path where nothing is, or that nobody listens at, has nobody. Raises `OSError` where that
    cannot be found out.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.settimeout(_PATIENCE)
        try:
            one.connect(path)
        except (ConnectionRefusedError, FileNotFoundError, NotADirectoryError):
            return False
    return True
