# SPDX-License-Identifier: Apache-2.0
"""Waiting for a process of ours to do something that tells nobody: no longer than it lives."""

import os
import select
import subprocess
import time
from collections.abc import Callable


def until(
    true: Callable[[], bool],
    child: "subprocess.Popen[bytes]",
    *,
    patience: float,
    pause: float,
) -> bool:
    """Wait until something is so, looking again after each pause; times in seconds.

    False once the process has ended or patience has.
    """
    deadline = time.monotonic() + patience
    alive = os.pidfd_open(child.pid)
    try:
        end = select.poll()
        end.register(alive, select.POLLIN)
        while not true():
            if end.poll(pause * 1000) or time.monotonic() > deadline:
                return False
    finally:
        os.close(alive)
    return True
