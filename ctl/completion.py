# SPDX-License-Identifier: Apache-2.0
"""Print a completion script; put it where the shell looks, or source it.

Names of containers are asked from the daemon, where it answers.

Examples:
  source <(cri-resmgrctl completion bash)
  cri-resmgrctl completion fish > ~/.config/fish/completions/cri-resmgrctl.fish
  cri-resmgrctl completion kubectl > ~/bin/kubectl_complete-resmgr
"""

import argparse
import contextlib
from collections.abc import Iterable
from typing import Final, TextIO

from . import exits, live, main, placed, plugin_completion, shells, tree

_KUBECTL: Final = "kubectl"

_PATIENCE: Final = 2.0
"""Seconds: who presses a key does not wait for longer."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `completion`; what scripts themselves ask for is not shown."""
    either = command.add_mutually_exclusive_group(required=True)
    known = sorted((*shells.SHELLS, _KUBECTL))
    shown = "for which shell; kubectl: what it runs for `kubectl resmgr`"
    either.add_argument("shell", nargs="?", choices=known, help=shown)
    either.add_argument("--containers", action="store_true", help=argparse.SUPPRESS)
    either.add_argument("--line", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    live.add_socket(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Print the script."""
    del err
    if arguments.containers:
        out.writelines(f"{one}\n" for one in _containers(arguments.socket))
    elif arguments.line is not None:
        root = tree.read(main.parser())

        def running() -> Iterable[str]:
            with contextlib.suppress(live.CannotAsk):
                return _containers(arguments.socket)
            return ()

        lines = plugin_completion.complete(arguments.line, root, running)
        out.writelines(f"{one}\n" for one in lines)
    elif arguments.shell == _KUBECTL:
        out.write(plugin_completion.SCRIPT)
    else:
        root = tree.read(main.parser())
        out.write(shells.SHELLS[arguments.shell](main.PROGRAM, [main.PLUGIN], root))
    return exits.FINE


def _containers(socket: str) -> list[str]:
    """Give the names of the containers that run. Raises `CannotAsk`."""
    listed = placed.read(live.get("/introspect", socket, timeout=_PATIENCE))
    return [one.title for one in listed]
