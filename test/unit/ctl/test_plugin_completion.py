# SPDX-License-Identifier: Apache-2.0
"""What kubectl is told when somebody presses a key behind `kubectl resmgr`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ctl import exits, main, plugin_completion, tree


@pytest.fixture(scope="module")
def root() -> tree.Command:
    """All commands."""
    return tree.read(main.parser())


def answer(root: tree.Command, *words: str) -> tuple[set[str], str]:
    """Give the candidates and the directive, where two containers run."""
    running = ("default/web:main", "default/db:main")
    *found, directive = plugin_completion.complete(words, root, lambda: running)
    return set(found), directive


def test_commands_are_offered_first(root: tree.Command) -> None:
    """And nothing but them and the options of the program."""
    found, directive = answer(root, "")

    assert found >= set(main.COMMANDS)
    assert directive == plugin_completion.NOTHING_ELSE


def test_what_was_begun_is_ended(root: tree.Command) -> None:
    """Commands of commands, too."""
    assert answer(root, "dec") == ({"decisions"}, ":4")
    assert answer(root, "config", "pl")[0] == {"plan"}


def test_options_of_the_command_on_the_line(root: tree.Command) -> None:
    """Not those of others."""
    assert answer(root, "reconcile", "--d") == ({"--dry-run"}, ":4")
    assert answer(root, "status", "--d") == (set(), ":4")


@pytest.mark.parametrize(
    ("words", "found", "directive"),
    [
        (("status", "-o", "j"), {"json"}, ":4"),
        (("simulate", "--machine", "hu"), {"huge"}, ":0"),
        (("simulate", "-c", ""), set(), ":0"),
        (("explain", "default/w"), {"default/web:main"}, ":4"),
    ],
)
def test_values(
    root: tree.Command, words: tuple[str, ...], found: set[str], directive: str
) -> None:
    """Words, machines, containers; paths are the shell's."""
    assert answer(root, *words) == (found, directive)


def test_the_script_asks_the_plugin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it is given comes back as candidates, also without a daemon."""
    assert main.main(["completion", "kubectl"]) == exits.FINE
    script = tmp_path / plugin_completion.NAME
    script.write_text(capsys.readouterr().out)
    script.chmod(0o755)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    done = subprocess.run(
        [script, "explain", "--mach"],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "--machine\n:4\n"


def test_without_a_daemon_there_are_no_names(capsys: pytest.CaptureFixture[str]) -> None:
    """And no error, which would stand in the middle of a line that is being typed."""
    status = main.main(["completion", "--socket=/nowhere/s", "--line", "explain", ""])

    printed = capsys.readouterr()
    assert (status, printed.err) == (exits.FINE, "")
    assert printed.out.endswith(":4\n")
