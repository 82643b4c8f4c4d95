# SPDX-License-Identifier: Apache-2.0
"""Print a completion script; put it where the shell looks, or source it.

Names of containers are asked from the daemon, where it answers.

Examples:
  source <(cri-resmgrctl completion bash)
  cri-resmgrctl completion fish > ~/.config/fish/completions/cri-resmgrctl.fish
"""

import argparse
from typing import Final, TextIO

from . import exits, live, main, placed, shells, tree

_PATIENCE: Final = 2.0
"""Seconds: who presses a key does not wait for longer."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `completion`; what scripts themselves ask for is not shown."""
    either = command.add_mutually_exclusive_group(required=True)
    either.add_argument("shell", nargs="?", choices=sorted(shells.SHELLS), help="for which shell")
    either.add_argument("--containers", action="store_true", help=argparse.SUPPRESS)
    live.add_socket(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Print the script."""
    del err
    if arguments.containers:
        listed = placed.read(live.get("/introspect", arguments.socket, timeout=_PATIENCE))
        out.writelines(f"{one.title}\n" for one in listed)
    else:
        root = tree.read(main.parser())
        out.write(shells.SHELLS[arguments.shell](main.PROGRAM, [main.PLUGIN], root))
    return exits.FINE
