# SPDX-License-Identifier: Apache-2.0
"""The command that prints completion scripts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from node import pages

from ctl import exits, main, shells


@pytest.mark.parametrize("shell", shells.SHELLS)
def test_scripts_know_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever commands there are, each script has them."""
    status = main.main(["completion", shell])

    text = capsys.readouterr().out
    assert status == exits.FINE
    assert all(name in text for name in (main.PROGRAM, main.PLUGIN, *main.COMMANDS))


def test_bashs_script_has_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A linter finds nothing in it."""
    main.main(["completion", "bash"])
    (tmp_path / "script").write_text(capsys.readouterr().out)

    done = subprocess.run(
        [Path(sys.executable).with_name("shellcheck"), "--shell=bash", tmp_path / "script"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_names_of_containers_come_from_the_daemon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As pods and containers are named together."""
    pods = {"p1": {"Name": "web", "Containers": {"c1": {"Name": "main"}, "c2": {"Name": "side"}}}}
    with pages.served(tmp_path / "s", {"/introspect": json.dumps({"Pods": pods})}):
        status = main.main(["completion", "--containers", "--socket", str(tmp_path / "s")])

    assert status == exits.FINE
    assert capsys.readouterr().out.split() == ["web:main", "web:side"]
