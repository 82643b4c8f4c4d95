# SPDX-License-Identifier: Apache-2.0
"""Which commands there are, and what their exit statuses mean."""

import argparse
import functools
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from .. import problem

PROGRAM = "cri-resmgr-installer"

COMMANDS: Mapping[str, str] = {
    "preflight": "whether this node can be served, and what to change if it cannot",
    "install": "bring the resource manager to this node; in a pod: keep it there",
    "status": "where this node stands",
    "remove": "take everything away again, the kubelet first",
    "doctor": "look for what is wrong, with remedies",
    "probe": "answer the kubelet's probes of the installation pod",
    "completion": "print a completion script for bash, zsh or fish",
}
"""Command and its one line in the help; each is a module with `add_arguments` and `run`."""

HIDDEN = "exchange"
"""What the program calls itself for, and nobody else."""

STATUSES: Mapping[int, str] = {
    0: "it is as asked for; `status`: the kubelet is on the relay",
    1: "something is wrong or failed, one message says what and what helps; `probe`: no",
    2: "the command line is wrong",
    3: "`preflight`, `install`: the node is refused; `status`: the kubelet is not on the relay",
    4: "`install`: a person has switched it off, or the roll-out is paused",
}

EXAMPLES = """\
examples:
  cri-resmgr-installer preflight              is this node fit?
  cri-resmgr-installer doctor                 what is wrong here?
  cri-resmgr-installer status -o json         for scripts
  touch /etc/cri-resmgr/disabled              kubelet back to containerd, until the file goes
"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a command may use of the process that it runs in."""

    environ: Mapping[str, str]
    out: TextIO
    err: TextIO


def parser(wanted: Mapping[str, str] = COMMANDS) -> argparse.ArgumentParser:
    """Build the parser with all commands, or those that are wanted: each costs its import."""
    return parsers(wanted)[0]


def parsers(
    wanted: Mapping[str, str] = COMMANDS, *, width: int | None = None
) -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """Build the parser, and give those of its commands with it; the help has so many columns."""
    formatter = functools.partial(argparse.RawDescriptionHelpFormatter, width=width)
    listed = "\n".join(f"  {number}  {text}" for number, text in STATUSES.items())
    program = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Brings the CRI resource manager to this node, and takes it away again.",
        epilog=f"{EXAMPLES}\nexit status:\n{listed}\n",
        formatter_class=formatter,
    )
    commands = program.add_subparsers(dest="command", required=True, metavar="COMMAND")
    below = {}
    for name, line in wanted.items():
        module = importlib.import_module(f".{name}", __package__)
        command = commands.add_parser(
            name,
            help=line,
            description=module.__doc__,
            formatter_class=formatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
        below[name] = command
    return program, below


def run(words: Sequence[str], environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Do what a command line says; give the exit status."""
    around = Surroundings(environ, out, err)
    if list(words) == [HIDDEN]:
        from . import exchange  # noqa: PLC0415 - not for other commands

        return exchange.run(around)
    called = {name: line for name, line in COMMANDS.items() if list(words[:1]) == [name]}
    arguments = parser(called or COMMANDS).parse_args(words)
    try:
        status: int = arguments.run(arguments, around)
    except problem.Problem as error:
        err.write(f"{PROGRAM}: {error.message}\n")
        if error.hint:
            err.write(f"hint: {error.hint}\n")
        return 1
    except BrokenPipeError:
        return 1
    return status
