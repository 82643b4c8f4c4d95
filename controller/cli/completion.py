# SPDX-License-Identifier: Apache-2.0
"""`completion`: the completion script of a shell."""

import click
from click import shell_completion

from . import program

PROGRAM = "gardener-extension-cri-resmgr"


@click.command(
    name="completion",
    context_settings=dict(program.SETTINGS),
    epilog=f'Example: eval "$({PROGRAM} completion bash)"',
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of SHELL."""
    kind = shell_completion.get_completion_class(shell)
    if kind is None:
        message = f"cannot complete for {shell}: not known; hint: use bash, zsh or fish"
        raise click.ClickException(message)
    variable = "_" + PROGRAM.upper().replace("-", "_") + "_COMPLETE"
    click.echo(kind(ctx.find_root().command, {}, PROGRAM, variable).source())
