# SPDX-License-Identifier: Apache-2.0
"""The command group: help, laziness, colours."""

import collections.abc
import importlib
import subprocess
import sys

import click.testing
import pytest

from controller.cli import program

Call = collections.abc.Callable[..., click.testing.Result]
HEAVY = {"aiohttp", "kopf", "prometheus_client"}
"""Packages that take a good part of a second to import."""

LOADED = """
import sys
from controller import cli
try:
    cli.main(sys.argv[1:])
finally:
    print(*sorted(name for name in sys.modules if "." not in name), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    """Give what is imported once a command has run in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        capture_output=True,
        text=True,
        check=True,
        input="",
    )
    return set(done.stderr.splitlines()[-1].split())


def test_help_lists_every_command(call: Call) -> None:
    """With its line, in their order."""
    lines = [line.split()[0] for line in call("--help").stdout.splitlines() if line.strip()]

    places = [lines.index(name) for name in program.COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_command_explains_itself(call: Call, name: str) -> None:
    """What it does, an example that can be copied, and lines that fit into a terminal."""
    result = call(name, "-h")

    assert result.exit_code == 0
    assert f"gardener-extension-cri-resmgr {name}" in result.stdout.split("Options:")[1]
    assert max(len(line) for line in result.stdout.splitlines()) <= 100


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_command_has_its_own_short_help(name: str) -> None:
    """It does not depend on the group, which may not have been there at the first call."""
    command = importlib.import_module(f"controller.cli.{name}").command

    alone = command.make_context(name, [], resilient_parsing=True)

    assert alone.help_option_names == ["-h", "--help"]


@pytest.mark.parametrize("name", [name for name in program.COMMANDS if name != "completion"])
def test_commands_tell_their_exit_statuses(call: Call, name: str) -> None:
    """Scripts depend on them."""
    assert "Exit status: 0 " in call(name, "--help").stdout


def test_an_unknown_command_is_wrong_usage(call: Call) -> None:
    """No traceback of a module that is not there."""
    result = call("rendre")

    assert result.exit_code == program.USAGE
    assert "rendre" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("validate", "-"), ("completion", "bash"), ("validate", "-h")],
)
def test_light_commands_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Neither the operator framework nor an HTTP client, which they do not need."""
    assert not loaded_by(*arguments) & HEAVY


def test_render_does_without_the_operator_framework() -> None:
    """It builds what the controller builds, and nothing of it runs."""
    assert not loaded_by("render") & {"kopf", "prometheus_client"}


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_can_be_switched_off(
    call: Call, monkeypatch: pytest.MonkeyPatch, no_color: str, *, coloured: bool
) -> None:
    """NO_COLOR counts also on a terminal; empty it says nothing (no-color.org)."""
    monkeypatch.setenv("NO_COLOR", no_color)

    result = call("validate", "-", stdin="configs: 3", color=True)

    assert ("\x1b[" in result.stdout) == coloured


def test_no_colours_without_a_terminal(call: Call) -> None:
    """What goes into a file or a pipe is plain text."""
    assert "\x1b[" not in call("validate", "-", stdin="configs: 3").stdout


def test_a_mistyped_command_gets_a_suggestion() -> None:
    """Wrong usage, with the nearest command."""
    answer = click.testing.CliRunner().invoke(program.main, ["rendr"])

    assert answer.exit_code == program.USAGE
    assert "did you mean 'render'" in answer.output
