# SPDX-License-Identifier: Apache-2.0
"""`completion`: scripts for shells."""

import collections.abc
import subprocess

import click.testing
import pytest

from controller.cli import completion, program

Call = collections.abc.Callable[..., click.testing.Result]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_a_script(call: Call, shell: str) -> None:
    """It completes this program and asks this program how."""
    result = call("completion", shell)

    assert result.exit_code == 0
    assert completion.PROGRAM in result.stdout
    assert f"_GARDENER_EXTENSION_CRI_RESMGR_COMPLETE={shell}_complete" in result.stdout


def test_the_script_of_bash_is_one(call: Call) -> None:
    """Bash reads it without complaint."""
    script = call("completion", "bash").stdout

    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("", list(program.COMMANDS)), ("va", ["validate"]), ("render --ph", ["--phase"])],
)
def test_the_program_answers_the_script(
    call: Call, monkeypatch: pytest.MonkeyPatch, words: str, expected: list[str]
) -> None:
    """Commands and options are completed."""
    line = f"{completion.PROGRAM} {words}"
    monkeypatch.setenv("_GARDENER_EXTENSION_CRI_RESMGR_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))

    result = call(prog=completion.PROGRAM)

    assert [answer.partition(",")[2] for answer in result.stdout.splitlines()] == expected


def test_another_shell_is_wrong_usage(call: Call) -> None:
    """The message lists the shells."""
    result = call("completion", "tcsh")

    assert result.exit_code == program.USAGE
    assert "bash" in result.stderr
