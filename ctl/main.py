# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgrctl`: which commands there are; each is imported when it is called."""

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence

COMMANDS: Mapping[str, str] = {
    "state": "what the daemon remembers: pods, containers, the policy's state",
}
"""Command and its one line in the help; each is a module with `add_arguments` and `run`."""


def parser() -> argparse.ArgumentParser:
    """Build the parser with all commands, for the program, its completion and its man page."""
    program = argparse.ArgumentParser(
        prog="cri-resmgrctl",
        description="Ask about the CRI resource manager of this node.",
        epilog="Example: cri-resmgrctl state dump",
    )
    commands = program.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, line in COMMANDS.items():
        module = importlib.import_module(f".{name}", __package__)
        command = commands.add_parser(name, help=line, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return program


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that the words name; give the exit status."""
    arguments = parser().parse_args(words)
    status: int = arguments.run(arguments, sys.stdout, sys.stderr)
    return status
