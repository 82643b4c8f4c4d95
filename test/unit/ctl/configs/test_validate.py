# SPDX-License-Identifier: Apache-2.0
"""The verb that judges files."""

import io
import json
import sys
from pathlib import Path

import pytest

from ctl import exits, main

RIGHT = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:6'}}"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a right, a wrong and a doubtful file."""
    (tmp_path / "right").write_text(RIGHT)
    (tmp_path / "wrong").write_text("policy: {Actve: static}")
    (tmp_path / "doubtful").write_text("logger: {Klog: {v: '3'}}")
    return tmp_path


def validate(*words: str | Path) -> int:
    """Run it."""
    return main.main(["config", "validate", *map(str, words)])


def test_right_files_pass(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says that hardware was not looked at."""
    status = validate(files / "right")

    shown = capsys.readouterr()
    assert status == exits.FINE
    assert "ok" in shown.out
    assert "Hardware was not looked at" in shown.err


def test_each_file_is_judged(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One wrong file among right ones gives status 1 and its path in the file."""
    status = validate(files / "right", files / "wrong")

    lines = capsys.readouterr().out.splitlines()
    assert status == exits.PROBLEM
    assert [line.split()[1] for line in lines] == ["VERDICT", "ok", "wrong"]
    assert "policy.Actve" in lines[2]


def test_a_small_machine_refuses_the_file(files: Path) -> None:
    """With a machine its CPUs count."""
    assert validate(files / "right", "--machine", "1x1x4x1") == exits.PROBLEM
    assert validate(files / "right", "--machine", "1x1x8x1") == exits.FINE


def test_warnings_count_where_they_are_asked_for(files: Path) -> None:
    """By themselves they are none."""
    assert validate(files / "doubtful") == exits.FINE
    assert validate(files / "doubtful", "--strict") == exits.PROBLEM


def test_all_that_a_shoot_configures_is_judged(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each TYPE on its own line; one can be named."""
    texts = {"default": RIGHT, "group.batch": "policy: {Active: none}"}
    (files / "shoot").write_text(json.dumps({"configs": texts}))
    both = validate(files / "shoot", "--machine", "1x1x4x1")
    lines = capsys.readouterr().out.splitlines()
    one = validate(f"{files}/shoot#group.batch", "--machine", "1x1x4x1")

    assert (both, one) == (exits.PROBLEM, exits.FINE)
    assert [line.split()[:2] for line in lines[1:]] == [
        [f"{files}/shoot#default", "wrong"],
        [f"{files}/shoot#group.batch", "ok"],
    ]


def test_machines_read_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document has a verdict a file, in their order."""
    validate(files / "right", files / "wrong", "-o", "json")

    found = json.loads(capsys.readouterr().out)
    assert [one["ok"] for one in found] == [True, False]
    assert found[1]["problems"][0]["path"] == "policy.Actve"


def test_standard_input_is_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is called -."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RIGHT.encode())))

    assert validate("-") == exits.FINE
    assert capsys.readouterr().out.splitlines()[1].startswith("-  ")
