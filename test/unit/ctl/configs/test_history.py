# SPDX-License-Identifier: Apache-2.0
"""`config history`: what was taken and refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from node import pages as stand_in
from unit.ctl import pages

from ctl import exits, main

TAKEN = {
    "time": "2026-11-22T12:00:00.000Z",
    "result": "accepted",
    "generation": 1,
    "policy": "static",
    "origin": "fallback configuration",
    "name": "/f.cfg",
    "hash": "00",
    "times": 1,
    "text": "",
}
REFUSED = {**TAKEN, "result": "refused", "generation": None, "policy": "", "times": 3, "text": "no"}


def show(root: Path, past: list[dict[str, Any]] | None, *words: str) -> int:
    """Run it."""
    page = pages.CONFIG if past is None else {**pages.CONFIG, "history": past}
    with stand_in.served(root / "s", {"/config": json.dumps(page)}):
        return main.main(["config", "history", "--socket", str(root / "s"), *words])


def test_it_is_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row each, the newest last; 1 where that was refused."""
    status = show(tmp_path, [TAKEN, REFUSED])

    _, taken, refused = capsys.readouterr().out.splitlines()
    assert status == exits.PROBLEM
    assert taken.split()[0] == "1"
    assert "2026-11-22T12:00:00Z, " in taken
    assert taken.endswith("accepted      1  static  fallback configuration /f.cfg  -")
    assert refused.split()[0] == "-"
    assert refused.endswith("refused       3  -       fallback configuration /f.cfg  no")


def test_one_that_was_refused_long_ago(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is past: another one has been taken."""
    assert show(tmp_path, [REFUSED, TAKEN], "-o", "json") == exits.FINE
    assert json.loads(capsys.readouterr().out) == {"history": [REFUSED, TAKEN]}


def test_a_daemon_that_remembers_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is an older one."""
    assert show(tmp_path, None) == exits.PROBLEM
    assert "of an older version" in capsys.readouterr().err
