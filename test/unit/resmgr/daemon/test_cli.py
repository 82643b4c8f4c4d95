# SPDX-License-Identifier: Apache-2.0
"""The program's entry."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from resmgr.daemon import cli
from resmgr.state.changes import PutConfig, PutPolicy
from resmgr.state.store import Store


def run(*words: str) -> tuple[int, str, str]:
    """Run a command line; give exit code, output and errors."""
    out, err = io.StringIO(), io.StringIO()
    code = cli.run(words, {}, out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (["--help"], "usage: cri-resmgr"),
        (["-h"], "usage: cri-resmgr"),
        (["--version"], "cri-resmgr "),
        (["--list-policies"], "Available policies:\n"),
        (["--print-config"], "cpu:\n"),
        (["config-help", "dump"], "- module dump: "),
        (["completion", "fish"], "# fish completion"),
    ],
)
def test_what_is_printed_goes_to_standard_output(words: list[str], begins: str) -> None:
    """And the exit code is 0."""
    code, out, err = run(*words)

    assert (code, err) == (0, "")
    assert out.startswith(begins)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--polcy-switch"], 2, "cri-resmgr: unknown flag"),
        (["--relay-sockt=/x"], 2, "did you mean --relay-socket?"),
        (["--rebalance-interval=often"], 2, "is not a duration such as 30s"),
        (["--fallback-config=/a", "--force-config=/b"], 2, "both fallback (/a) and forced (/b)"),
        (["completion", "tcsh"], 2, "hint: one of bash, zsh, fish"),
        (["start"], 1, "unknown command line arguments: start"),
    ],
)
def test_a_wrong_command_line_is_told(words: list[str], code: int, told: str) -> None:
    """On standard error, with a hint and the documented exit code."""
    found, out, err = run(*words)

    assert (found, out) == (code, "")
    assert told in err


def test_a_part_of_the_state_is_forgotten(tmp_path: Path) -> None:
    """The configuration, the policy, or both."""
    with Store.open(tmp_path, now=lambda: 0.0) as store:
        store.write([PutConfig({"policy": "x"}), PutPolicy("static", {"a": "1"})])
    code, _, err = run(
        f"--relay-dir={tmp_path}", f"--relay-socket={tmp_path / 'no.sock'}", "--reset-config"
    )
    with Store.open(tmp_path, now=lambda: 0.0) as store:
        saved = store.load()

    assert (code, err) == (0, "")
    assert saved.config is None
    assert saved.policy_name == "static"


def test_the_exit_code_counts_resets_that_failed(tmp_path: Path) -> None:
    """A running daemon has the state."""
    with Store.open(tmp_path, now=lambda: 0.0):
        code, _, err = run(
            f"--relay-dir={tmp_path}",
            f"--relay-socket={tmp_path / 'no.sock'}",
            "--reset-config",
            "--reset-policy",
        )

    assert code == 2
    assert len(err.splitlines()) == 2


def test_the_program_is_small() -> None:
    """Printing loads no event loop, and running loads neither OpenSSL nor what only tools need."""
    script = (
        "import sys\n"
        "from resmgr.daemon import cli\n"
        "sys.argv = ['cri-resmgr', '--version']\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "early = {'asyncio', 'yaml', 'sqlite3'} & set(sys.modules)\n"
        "import resmgr.daemon.wiring, resmgr.daemon.run\n"
        "late = {'_ssl', 'yaml', 'prometheus_client', 'argparse', 'importlib.metadata'}\n"
        "print(early, late & set(sys.modules))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert answer.stdout.splitlines()[-1] == "set() set()"
