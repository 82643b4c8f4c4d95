# SPDX-License-Identifier: Apache-2.0
"""Completion scripts."""

import shutil
import subprocess

import pytest

from resmgr.daemon.command import completion, flagtable


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_flag_is_completed(shell: str) -> None:
    """Each shell's script names each flag."""
    script = completion.script(shell)

    assert all(name in script for name in flagtable.FLAGS)


def test_another_shell_is_not_known() -> None:
    """There is no script for it."""
    with pytest.raises(KeyError):
        completion.script("tcsh")


def test_bash_completes_a_flag() -> None:
    """The script runs and gives the flags that begin with the word."""
    if shutil.which("bash") is None:
        pytest.fail("cannot test completion in bash: it is not installed")
    ask = "COMP_WORDS=(cri-resmgr --relay-); COMP_CWORD=1; _cri_resmgr; echo ${COMPREPLY[*]}"
    answer = subprocess.run(
        ["bash", "-c", f"{completion.script('bash')}\n{ask}"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert answer.stdout.split() == ["--relay-socket", "--relay-dir"]
