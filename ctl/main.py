# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgrctl`: which commands there are; each is imported when it is called."""

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence

COMMANDS: Mapping[str, str] = {
    "gate": "whether the relay answers, and with what the runtime has",
    "release": "let go of what was pinned, once no relay is at work any more",
    "state": "what the daemon remembers: pods, containers, the policy's state",
}
"""Command and its one line in the help; each is a module with `add_arguments` and `run`."""


def parser(wanted: Mapping[str, str] = COMMANDS) -> argparse.ArgumentParser:
    """Build the parser with all commands, or with those that are wanted: each costs its import."""
    program = argparse.ArgumentParser(
        prog="cri-resmgrctl",
        description="Ask about the CRI resource manager of this node.",
        epilog="Example: cri-resmgrctl state dump",
    )
    commands = program.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, line in wanted.items():
        module = importlib.import_module(f".{name}", __package__)
        command = commands.add_parser(name, help=line, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return program


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that the words name; give the exit status."""
    if words is None:
        words = sys.argv[1:]
        # It speaks plain text on local sockets; asyncio starts in half the time without OpenSSL.
        # Only here, since this process is ours.
        sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]
    called = {name: line for name, line in COMMANDS.items() if list(words[:1]) == [name]}
    arguments = parser(called or COMMANDS).parse_args(words)
    status: int = arguments.run(arguments, sys.stdout, sys.stderr)
    return status
