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
from pathlib import Path

from garden import processes

from . import leftovers, places


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


def dismiss(keeper: subprocess.Popen[bytes]) -> None:
    """Let it go: the place has been cleared, or is about to be released."""
    keeper.communicate()


def main(root: Path, number: int) -> None:
    """Wait for the end of the run, and clear up unless somebody else has the place by then."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    sys.stdin.buffer.read()
    with contextlib.suppress(places.NoPlace):
        taken = places.take(root=root, number=number)
        leftovers.remove(taken.place)
        processes.remove_leftovers(processes.ROOT)
        taken.release()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
