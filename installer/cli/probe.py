# SPDX-License-Identifier: Apache-2.0
"""Answer a probe by what the main process of the pod last wrote; nothing is changed or started.

ready: the node is done: on the relay, given back, refused, switched off, or not selected.
alive: the main process has given a sign of life in the last minutes.
"""

import argparse
import time

from .. import probe
from . import program


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `probe`."""
    command.add_argument("question", choices=["ready", "alive"], help="which probe")


def run(arguments: argparse.Namespace, around: program.Surroundings) -> int:
    """Say yes or no."""
    if arguments.question == "ready":
        good = probe.ready(probe.FILE)
    else:
        good = probe.alive(probe.FILE, time.clock_gettime(time.CLOCK_BOOTTIME))
    around.out.write("yes\n" if good else "no\n")
    return 0 if good else 1
