# SPDX-License-Identifier: Apache-2.0
"""Print a completion script; put it where the shell looks, or source it.

Names of containers are asked from the daemon, where it answers.

Examples:
  source <(cri-resmgrctl completion bash)
  cri-resmgrctl completion fish > ~/.config/fish/completions/cri-resmgrctl.fish
"""

import argparse
from collections.abc import Iterator
from typing import TextIO

from . import exits, live, main, shells, tree


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
        out.writelines(f"{name}\n" for name in sorted(_names(arguments.socket)))
    else:
        root = tree.read(main.parser())
        out.write(shells.SHELLS[arguments.shell](main.PROGRAM, [main.PLUGIN], root))
    return exits.FINE


def _names(socket: str) -> Iterator[str]:
    """Give the names of containers. Raises `CannotAsk`."""
    for pod in (live.get("/introspect", socket, timeout=2.0).get("Pods") or {}).values():
        for container in (pod.get("Containers") or {}).values():
            yield f"{pod.get('Name')}:{container.get('Name')}"
