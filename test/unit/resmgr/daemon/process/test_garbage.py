# SPDX-License-Identifier: Apache-2.0
"""The collector of a daemon that has started."""

import subprocess
import sys


def test_what_is_there_is_not_looked_at_again() -> None:
    """And what comes later is looked at less often. Both are for good, so it is another process."""
    program = (
        "import gc\nfrom resmgr.daemon.process import garbage\n"
        "garbage.settle()\nprint(gc.get_freeze_count() > 1000, gc.get_threshold())"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)

    assert done.stdout == b"True (10000, 10, 10)\n"
