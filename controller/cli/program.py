# SPDX-License-Identifier: Apache-2.0
"""The command group, and what its commands have in common."""

import importlib
import importlib.metadata
from collections.abc import Mapping

import click

COMMANDS: Mapping[str, str] = {
    "run": "Run the controller on a seed.",
    "render": "Print what a shoot would get, without any cluster.",
    "validate": "Check providerConfigs, Shoots and operator configs, without any cluster.",
    "diff": "Compare what a shoot would get with what is there.",
    "completion": "Print the completion script of a shell.",
}
"""Command and its one line in the help, in the order of the help; each is a module of that name."""

PROBLEM, USAGE, UNREACHABLE = 1, 2, 3
"""Exit statuses."""


class _Lazy(click.Group):
    """Imports the module of a command when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        del ctx
        if cmd_name not in COMMANDS:
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
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try: gardener-extension-cri-resmgr render examples/shoot.yaml",
)
@click.version_option(
    importlib.metadata.version("gardener-extension-cri-resmgr"),
    "--version",
    prog_name="gardener-extension-cri-resmgr",
)
def main() -> None:
    """Bring a CRI resource manager to the nodes of Gardener shoots: the seed's side."""
