# SPDX-License-Identifier: Apache-2.0
"""A small process beside each run that clears up when the run was killed.

It waits for the end of its standard input, whose other end only the run holds: the kernel closes
it, whatever ends the run.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from garden import processes

from . import leftovers, places

_DISMISSED = b"dismissed"
_PATIENCE = 10.0
_POLL = 0.05


def start(place: places.Place) -> subprocess.Popen[bytes]:
    """Start the keeper of a place that we hold."""
    test = Path(__file__).resolve().parents[1]
    paths = [str(test), str(test.parent), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-m", "ground.keeper", str(place.root), str(place.number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )


def dismiss(keeper: subprocess.Popen[bytes], *, cleared: bool) -> None:
    """Let it go, at once when the run has cleared up by itself; else it does, with the place."""
    keeper.communicate(_DISMISSED if cleared else b"")


def main(root: Path, number: int) -> None:
    """Wait for the end of the run, and clear up unless somebody else has the place by then."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    if sys.stdin.buffer.read() == _DISMISSED:
        return
    # The kernel may close our end of a dying run before it releases the run's lock. Whoever has
    # the place for longer is another run, which has cleared up before it began.
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(places.NoPlace):
            taken = places.take(root=root, number=number)
            leftovers.remove(taken.place)
            processes.remove_leftovers(processes.ROOT)
            taken.release()
            return
        time.sleep(_POLL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
