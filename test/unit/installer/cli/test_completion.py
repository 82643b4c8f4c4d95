# SPDX-License-Identifier: Apache-2.0
"""Completion scripts."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installer.cli import completion, program

ASK = """
source {script}
COMP_WORDS=({words}) COMP_CWORD={number}
_cri_resmgr_installer
echo "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "number", "answer"),
    [
        ("cri-resmgr-installer p", 1, "preflight probe"),
        ("cri-resmgr-installer probe ''", 2, "ready alive"),
        ("cri-resmgr-installer install --s", 2, "--selection --static-configs"),
    ],
)
def test_bash_completes(
    call: Callable[..., Any], tmp_path: Path, words: str, number: int, answer: str
) -> None:
    """Commands, and what may follow them."""
    script = tmp_path / "script"
    script.write_text(call("completion", "bash").out)
    asked = ASK.format(script=script, words=words, number=number)
    done = subprocess.run(["bash", "-c", asked], check=True, capture_output=True, text=True)

    found = set(done.stdout.split()) - {"--help"}
    assert found == set(answer.split())


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_each_shell_knows_every_command(call: Callable[..., Any], shell: str) -> None:
    """With its line."""
    said = call("completion", shell)

    assert said.status == 0
    for command in program.COMMANDS:
        assert command in said.out
