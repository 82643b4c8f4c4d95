# SPDX-License-Identifier: Apache-2.0
"""The command line as a whole."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from installer.cli import program


def test_the_help_has_examples_and_exit_statuses() -> None:
    """What a person needs first."""
    text = program.parser().format_help()

    assert "cri-resmgr-installer doctor" in text
    for number, meaning in program.STATUSES.items():
        assert f"  {number}  {meaning}" in text
    for command in program.COMMANDS:
        assert f"\n    {command}" in text


@pytest.mark.parametrize("command", program.COMMANDS)
def test_each_command_explains_itself(command: str) -> None:
    """With the docstring of its module."""
    whole, below = program.parsers()

    assert below[command].description
    assert whole.prog == "cri-resmgr-installer"


@pytest.mark.parametrize("words", [[], ["instal"], ["probe"], ["install", "--metrics-port", "x"]])
def test_a_wrong_command_line(call: Callable[..., object], words: list[str]) -> None:
    """Exit status 2, by argparse."""
    with pytest.raises(SystemExit) as caught:
        call(*words)
    assert caught.value.code == 2


def test_problems_come_with_their_hint(call: Callable[..., object]) -> None:
    """One sentence, and what helps."""
    said = call("install", "--selection", "{")

    assert getattr(said, "status", None) == 1
    err = getattr(said, "err", "")
    assert err.startswith("cri-resmgr-installer: cannot read the selection: ")
    assert '\nhint: write {"nodeSelector"' in err


def test_probes_load_next_to_nothing() -> None:
    """They are started every five seconds on every node."""
    script = (
        "import sys; from installer.cli import program; import io, os\n"
        "program.run(['probe', 'ready'], os.environ, io.StringIO(), sys.stderr)\n"
        "heavy = {'jeepney', 'ssl', 'http', 'subprocess', 'dbus', 'installer.life'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert done.stdout.strip() == "[]"
