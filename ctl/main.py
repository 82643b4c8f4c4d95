# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgrctl`: which commands there are; each is imported when it is called."""

import argparse
import errno
import functools
import importlib
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TextIO

from . import exits, problem, reading

PROGRAM = "cri-resmgrctl"
PLUGIN = "kubectl-resmgr"
"""The same program by the name that kubectl finds it by."""

COMMANDS: Mapping[str, str] = {
    "completion": "print a completion script for bash, zsh or fish",
    "config": "configurations: which one counts, what is wrong with one, what keys mean",
    "decisions": "what was decided lately about containers, and why; with -f as it comes",
    "doctor": "look for what is wrong with the daemon of this node, with remedies",
    "explain": "why a container is where it is: the rule, candidates, and what they lost by",
    "gate": "whether the relay answers, and with what the runtime has",
    "match": "which pods an expression catches, before it is used in earnest",
    "reconcile": "what the daemon remembers against runtime and kernel; and mend it",
    "release": "let go of what was pinned, once no relay is at work any more",
    "simulate": "where a policy would put containers, before any node is touched",
    "state": "what the daemon remembers: pods, containers, the policy's state",
    "status": "how the daemon of this node is: policy, configuration, containers, connections",
    "top": "what containers use beside what they were given: CPUs, memory by NUMA node",
    "topology": "this machine or another one drawn, and who is where on it; records of machines",
}
"""Command and its one line in the help; each is a module with `add_arguments` and `run`."""

_HELP = "help"
"""Before a command it is what `--help` is behind it."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What writing to a file fails with that has no room."""

EXAMPLES = """\
Examples:
  {program} status                    what is going on here?
  {program} explain POD               why is it where it is?
  {program} doctor                    what is wrong here, and what helps?
  {program} COMMAND --help            more examples, for each command
"""


class _Version(argparse.Action):
    """Prints the version, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Find it out only now."""
        from resmgr import version  # noqa: PLC0415 - for this alone

        sys.stdout.write(f"{parser.prog} {version.current()}\n")
        parser.exit(exits.FINE)


def parser(
    wanted: Collection[str] | None = None, *, program: str = PROGRAM, width: int | None = None
) -> argparse.ArgumentParser:
    """Build the parser; of commands that are not wanted it knows the line alone.

    Each wanted one costs its import; without `wanted` it is all of them. The help has `width`
    columns.
    """
    return parsers(wanted, program=program, width=width)[0]


def parsers(
    wanted: Collection[str] | None = None, *, program: str = PROGRAM, width: int | None = None
) -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """Build the parser as `parser` does, and give those of the wanted commands with it."""
    form = functools.partial(argparse.RawDescriptionHelpFormatter, width=width)
    statuses = "\n".join(f"  {number:<4} {text}" for number, text in exits.STATUSES.items())
    whole = reading.Parser(
        prog=program,
        description="Shows what the CRI resource manager of this node does and why, and what it"
        " would do.",
        epilog=f"{EXAMPLES.format(program=program)}\nExit status:\n{statuses}\n",
        formatter_class=form,
    )
    whole.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    found = {}
    for name, line in COMMANDS.items():
        command = commands.add_parser(name, help=line, formatter_class=form)
        if wanted is None or name in wanted:
            module = importlib.import_module(f".{name}", __package__)
            command.description = module.__doc__
            module.add_arguments(command)
            command.set_defaults(run=module.run)
            _same_form(command, form)
            found[name] = command
    return whole, found


def _same_form(command: argparse.ArgumentParser, form: Any) -> None:
    """Show the help of a command's own commands as that of the command itself."""
    for one in below(command).values():
        one.formatter_class = form
        _same_form(one, form)


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Give the parsers of a parser's own commands, by their names."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse tells it in no other way
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - it has no other name
            found |= action.choices
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that the words name; give the exit status."""
    program = PROGRAM
    if words is None:
        words = sys.argv[1:]
        if sys.argv[0].rpartition("/")[2] == PLUGIN:
            program = PLUGIN.replace("-", " ", 1)
        # It speaks plain text on local sockets; asyncio starts in half the time without OpenSSL.
        # Only here, since this process is ours.
        sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]
    arguments = _read(words, program)
    try:
        status: int = arguments.run(arguments, _output(), sys.stderr)
        sys.stdout.flush()
    except problem.Problem as error:
        lines = error.message.splitlines() or [""]
        sys.stderr.writelines(f"{PROGRAM}: {line}\n" for line in lines)
        if error.hint:
            sys.stderr.write(f"hint: {error.hint}\n")
        return error.status
    except BrokenPipeError:
        # Whoever reads has enough, as `head` has; nothing is to be said at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.PROBLEM
    except OSError as error:
        if error.errno not in _FULL:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"{PROGRAM}: cannot write what was found: {error.strerror}\n")
        return exits.PROBLEM
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    return status


def _output() -> TextIO:
    if sys.stdout is None:
        raise problem.Problem("cannot write what was found: standard output is closed")
    return sys.stdout


def _read(words: Sequence[str], program: str) -> argparse.Namespace:
    """Read a command line; what is none ends the program."""
    if words and words[0] == _HELP:
        words = [*words[1:], "--help"]
    first = words[0] if words else ""
    whole = parser(COMMANDS.keys() & {first}, program=program)
    if first and not first.startswith("-") and first not in COMMANDS:
        from resmgr.config import suggest  # noqa: PLC0415 - for a word that is wrong

        meant = suggest.nearest(first, COMMANDS)
        whole.error(f"unknown command {first!r}" + (f", did you mean {meant}?" if meant else ""))
    return whole.parse_args(words)
