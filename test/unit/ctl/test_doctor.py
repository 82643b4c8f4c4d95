# SPDX-License-Identifier: Apache-2.0
"""`doctor`: all checks, whatever fails."""

import json
from pathlib import Path

import pytest

from ctl import exits, main


def doctor(root: Path, *more: str) -> int:
    """Run it on an empty machine."""
    given = [f"--{name}={root / name}" for name in ("socket", "relay", "runtime", "relay-dir")]
    return main.main(["doctor", f"--sysfs-root={root}", *given, *more])


def test_every_check_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a machine where nothing is there all of them say so, and the status is that of a fault."""
    status = doctor(tmp_path)

    lines = capsys.readouterr().out.splitlines()
    assert status == exits.PROBLEM
    assert len(lines) == 16
    assert "internal" not in "".join(lines)


def test_what_is_wrong_has_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the document each finding has its four members."""
    doctor(tmp_path, "-o", "json")

    checks = json.loads(capsys.readouterr().out)["checks"]
    assert {tuple(one) for one in checks} == {("check", "verdict", "detail", "remedy")}
    assert all(one["remedy"] for one in checks if one["verdict"] == "wrong")
    assert {one["verdict"] for one in checks} >= {"ok", "wrong", "unknown"}
