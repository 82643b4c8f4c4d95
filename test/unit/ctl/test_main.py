# SPDX-License-Identifier: Apache-2.0
"""The program: its commands, its help, wrong usage, how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from ctl import exits, main


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The help lists each command with its line, examples, and what exit statuses mean."""
    with pytest.raises(SystemExit) as ended:
        main.main(["--help"])

    text = capsys.readouterr().out
    assert ended.value.code == exits.FINE
    assert all(name in text for name in main.COMMANDS)
    assert all(meaning in text for meaning in exits.STATUSES.values())
    assert "Examples:" in text


@pytest.mark.parametrize("words", [[], ["nonsense"], ["state"], ["state", "dump", "--nonsense"]])
def test_wrong_usage_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no command is told on standard error."""
    with pytest.raises(SystemExit) as ended:
        main.main(words)

    assert ended.value.code == exits.USAGE
    assert "usage: cri-resmgrctl" in capsys.readouterr().err


def test_a_command_that_is_misspelt_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest command is named."""
    with pytest.raises(SystemExit):
        main.main(["relaese"])

    assert "did you mean release?" in capsys.readouterr().err


@pytest.mark.parametrize("command", main.COMMANDS)
def test_every_command_helps(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command tells what it is for."""
    with pytest.raises(SystemExit) as ended:
        main.main([command, "--help"])

    text = capsys.readouterr().out
    assert ended.value.code == exits.FINE
    assert text.startswith(f"usage: cri-resmgrctl {command} ")
    assert len(text.splitlines()) > 5


def test_the_help_of_all_imports_no_command(checkout: Path) -> None:
    """What a command needs costs nothing before it is called."""
    script = """
import sys
from ctl import main
try:
    main.main(["--help"])
except SystemExit:
    pass
print([name for name in sys.modules if name.startswith("ctl.") or name == "asyncio"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, check=True, capture_output=True, text=True
    )

    loaded = done.stdout.splitlines()[-1]
    assert loaded == "['ctl.exits', 'ctl.problem', 'ctl.reading', 'ctl.main']"


def test_a_problem_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It begins with the program's name; the exit status is the problem's."""
    status = main.main(["state", "dump", "--relay-dir", str(tmp_path / "nowhere")])

    assert status == exits.UNREACHABLE
    assert capsys.readouterr().err.startswith("cri-resmgrctl: cannot ")


def test_a_reader_that_has_enough_is_no_error(checkout: Path, tmp_path: Path) -> None:
    """Where the reader of a pipe goes away there is no traceback."""
    script = "from ctl.main import main; raise SystemExit(main())"
    child = subprocess.Popen(
        [sys.executable, "-c", script, "state", "dump", "--relay-dir", str(tmp_path)],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    child.stdout.close()
    assert child.stderr is not None
    with child.stderr as err:
        told = err.read()
    child.wait()

    assert "Traceback" not in told
    assert "Exception" not in told


@pytest.mark.parametrize(
    ("redirection", "cause"),
    [(">/dev/full", "No space left on device"), (">&-", "standard output is closed")],
)
def test_a_place_that_takes_nothing_is_told(checkout: Path, redirection: str, cause: str) -> None:
    """In one line, without a traceback."""
    script = "from ctl.main import main; raise SystemExit(main())"
    ended = subprocess.run(
        [
            "sh",
            "-c",
            f'"$0" -c "$1" topology --machine 1x1x2x1 {redirection}',
            sys.executable,
            script,
        ],
        cwd=checkout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert ended.returncode == exits.PROBLEM
    assert ended.stderr == f"cri-resmgrctl: cannot write what was found: {cause}\n"


def test_kubectl_calls_the_same_program(tmp_path: Path) -> None:
    """By the plug-in's name it tells how kubectl calls it."""
    link = tmp_path / main.PLUGIN
    link.write_text("from ctl.main import main; raise SystemExit(main())", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, link, "state", "--help"], check=True, capture_output=True, text=True
    )

    assert done.stdout.startswith("usage: kubectl resmgr state ")


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without any command."""
    with pytest.raises(SystemExit) as ended:
        main.main(["--version"])

    assert ended.value.code == exits.FINE
    assert capsys.readouterr().out.startswith("cri-resmgrctl ")


def test_parsers_below_are_given_by_name() -> None:
    """A parser without commands has none."""
    parser = main.parser()

    assert set(main.below(parser)) == set(main.COMMANDS)
    assert main.below(main.below(parser)["gate"]) == {}
