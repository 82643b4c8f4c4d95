# SPDX-License-Identifier: Apache-2.0
"""What is said of command lines that are wrong."""

import pytest

from ctl import exits, main


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Read a command line that is wrong; give what is said of it."""
    with pytest.raises(SystemExit) as ended:
        main.main(words)

    assert ended.value.code == exits.USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("simulate", "--sumary"), "unrecognized arguments: --sumary (did you mean --summary?)"),
        (("simulate", "--comprae=a", "b"), "--comprae=a (did you mean --compare?)"),
        (("state", "dump", "--secrts"), "--secrts (did you mean --secrets?)"),
        (("config", "shwo"), "did you mean show?"),
        (("topology", "recrod"), "did you mean record?"),
        (("status", "-o", "jsn"), "did you mean json?"),
    ],
)
def test_what_was_meant_is_guessed(
    words: tuple[str, ...], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of options, commands below commands, and values that are one of a few."""
    assert meant in refused(capsys, *words)


def test_what_is_like_nothing_is_named_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A guess that is none would only be in the way."""
    assert refused(capsys, "status", "--zzz").endswith("unrecognized arguments: --zzz\n")


def test_the_usage_is_that_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the wrong word stands."""
    assert refused(capsys, "status", "--zzz").startswith("usage: cri-resmgrctl status ")


@pytest.mark.parametrize(("words", "known"), [((), "simulate "), (("config",), "explain-keys")])
def test_without_a_command_there_is_the_whole_help(
    words: tuple[str, ...], known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person who does not know what there is can read it at once."""
    said = refused(capsys, *words)

    assert known in said
    assert "Examples:" in said


@pytest.mark.parametrize(
    ("words", "first"), [(("help",), "COMMAND ..."), (("help", "status"), "status [-h]")]
)
def test_help_is_a_word_too(
    words: tuple[str, ...], first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with kubectl and others."""
    with pytest.raises(SystemExit) as ended:
        main.main(words)

    assert ended.value.code == exits.FINE
    assert first in capsys.readouterr().out.partition("\n")[0]
