# SPDX-License-Identifier: Apache-2.0
"""The command group, and what its commands have in common."""

import difflib
import importlib
import importlib.metadata
import os
from collections.abc import Iterable, Mapping
from typing import IO, Any

import click

COMMANDS: Mapping[str, str] = {
    "run": "Run the controller on a seed.",
    "render": "Print what a shoot would get; no cluster needed.",
    "validate": "Check providerConfigs, Shoots, operator configs; no cluster needed.",
    "diff": "Compare what a shoot would get with what is there.",
    "completion": "Print the completion script of a shell.",
}
"""Command and its one line in the help, in the order of the help; each is a module of that name."""

SETTINGS: Mapping[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""Of every command: each keeps its help option, so none may depend on who asked for it first."""

PROBLEM, USAGE, UNREACHABLE = 1, 2, 3
"""Exit statuses."""


class Refused(click.ClickException):
    """What was handed over cannot be used; each problem is told on a line of its own."""

    exit_code = PROBLEM

    def __init__(self, what: str, problems: Iterable[object]) -> None:
        """Keep what it is and what is wrong with it."""
        self.problems = tuple(str(problem) for problem in problems)
        super().__init__(f"cannot use {what}:")

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message and then the problems."""
        super().show(file)
        for problem in self.problems:
            click.echo(f"  {problem}", file=file, err=file is None)


class Unreachable(click.ClickException):
    """What is needed cannot be read or reached."""

    exit_code = UNREACHABLE


def warn(what: object) -> None:
    """Tell a person something that does not keep the command from its work."""
    click.echo(f"{click.style('warning', fg='yellow')}: {what}", err=True)


class _Lazy(click.Group):
    """Imports the module of a command when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            close = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            if close:
                ctx.fail(f"no command {cmd_name!r}, did you mean {close[0]!r}?")
            return None
        command = importlib.import_module(f".{cmd_name}", __package__).command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Lazy,
    context_settings=dict(SETTINGS),
    epilog="""\b
Examples:
  gardener-extension-cri-resmgr validate shoot.yaml
  gardener-extension-cri-resmgr render shoot.yaml
  gardener-extension-cri-resmgr COMMAND --help""",
)
@click.version_option(
    importlib.metadata.version("gardener-extension-cri-resmgr"),
    "--version",
    prog_name="gardener-extension-cri-resmgr",
)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Bring a CRI resource manager to the nodes of Gardener shoots: the seed's side."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
