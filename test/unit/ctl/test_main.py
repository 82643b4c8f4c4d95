# SPDX-License-Identifier: Apache-2.0
"""The program: its commands, its help, wrong usage."""

import pytest

from ctl import main


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The help lists each command with its line and an example."""
    with pytest.raises(SystemExit) as ended:
        main.main(["--help"])

    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(name in text for name in main.COMMANDS)
    assert "Example" in text


@pytest.mark.parametrize("words", [[], ["nonsense"], ["state"], ["state", "dump", "--nonsense"]])
def test_wrong_usage_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no command is told on standard error."""
    with pytest.raises(SystemExit) as ended:
        main.main(words)

    assert ended.value.code == 2
    assert "usage: cri-resmgrctl" in capsys.readouterr().err
