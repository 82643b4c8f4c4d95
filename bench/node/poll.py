# SPDX-License-Identifier: Apache-2.0
"""Asks a kubelet for its health, again and again, and says so when the answer has changed.

A program of its own, since it runs in the network of a node: `python poll.py`, until it is ended.
Each line has seconds since this machine's boot and `1` for a kubelet that is well.
"""

import http.client
import sys
import threading
import time

ADDRESS = ("127.0.0.1", 10248)
PERIOD = 0.01
PATIENCE = 1.0


def well() -> bool:
    """Ask once."""
    asking = http.client.HTTPConnection(*ADDRESS, timeout=PATIENCE)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def main() -> None:
    """Ask for ever."""
    before: bool | None = None
    never = threading.Event()
    while True:
        now = well()
        if now is not before:
            at = time.clock_gettime(time.CLOCK_BOOTTIME)
            sys.stdout.write(f"{at:.4f} {now:d}\n")
            sys.stdout.flush()
            before = now
        never.wait(PERIOD)


if __name__ == "__main__":
    main()
