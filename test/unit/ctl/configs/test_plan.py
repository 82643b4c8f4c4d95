# SPDX-License-Identifier: Apache-2.0
"""`config plan`: what a configuration would do to those who run, told before it comes."""

import json
from pathlib import Path
from typing import Any

import pytest
from node import pages as stand_in
from unit.ctl.configs import states

from ctl import exits, main

PAGE: dict[str, Any] = {
    "origin": "forced configuration",
    "name": "/etc/cri-resmgr/force.cfg",
    "generation": 1,
    "modules": {"policy": {"data": {"Active": "static", "ReservedResources": {"CPU": "cpuset:0"}}}},
    "below": {},
}
NONE = "policy: {Active: none}"
SMALLER = "policy: {Active: topology-aware, ReservedResources: {CPU: 'cpuset:0-2'}}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a node of four CPUs whose daemon remembers a pod with two CPUs for itself."""
    states.written(tmp_path / "state", states.remembered(states.hardware(tmp_path), db=2, web=0))
    return tmp_path


def plan(root: Path, text: str, *words: str, page: dict[str, Any] = PAGE) -> int:
    """Run it beside the daemon of that node."""
    (root / "new.yaml").write_text(text)
    beside = (f"--socket={root / 's'}", f"--sysfs-root={root}", "--relay-dir=/state")
    with stand_in.served(root / "s", {"/config": json.dumps(page)}):
        return main.main(["config", "plan", *beside, *words, str(root / "new.yaml")])


def test_who_would_get_something_else(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what they have and what they would have, a line each, and how many."""
    assert plan(root, NONE) == exits.FINE
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:3]] == [
        ["default/db:main", "1-2", "->", "0-3", "any", "2048"],
        ["default/web:main", "0,3", "->", "0-3", "any", "2"],
    ]


def test_nobody_would(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the same once more."""
    assert plan(root, states.STATIC) == exits.FINE
    assert capsys.readouterr().out == (
        "policy static given to the daemon at work:\n0 containers would get something else,"
        " 2 containers would keep what they have\n"
    )


def test_what_would_be_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Since somebody would lose his CPUs; then what a start with it would do to him."""
    assert plan(root, SMALLER) == exits.PROBLEM
    printed = capsys.readouterr().out
    assert "would be refused: policy topology-aware: cannot hold the containers" in printed
    assert "A daemon that starts with it refuses nobody who runs" in printed
    assert "goes without what it asks for: default/db:main: " in printed


def test_a_start_asks_no_daemon(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is planned from what is remembered alone."""
    page = {"error": "nobody asks for this"}

    assert plan(root, SMALLER, "--at-start", "-o", "json", page=page) == exits.PROBLEM
    found = json.loads(capsys.readouterr().out)
    assert found["given"] == "at a start of the daemon"
    assert found["refused"] == []
    assert list(found["short"]) == ["default/db:main"]


def test_a_machine_that_it_does_not_fit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is no plan, but a problem of the file, with what judges it."""
    assert plan(root, "policy: {Active: topology-aware}") == exits.PROBLEM
    told = capsys.readouterr().err
    assert "ReservedResources" in told
    assert "hint: cri-resmgrctl config validate --sysfs-root" in told


def test_a_controller_that_cannot_run(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is told as the daemon would tell it."""
    wanted = "resource-manager: {control: {Controllers: {memory: required}}}"
    plan(root, f"{wanted}\n{NONE}")

    assert "controller memory is required and cannot run" in capsys.readouterr().err


def test_without_a_state(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be planned."""
    assert plan(root, NONE, "--relay-dir=/nowhere") == exits.UNREACHABLE
    assert "nowhere" in capsys.readouterr().err


def test_without_a_daemon(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody tells what counts now."""
    (root / "new.yaml").write_text(NONE)
    words = ["config", "plan", "--socket=/nowhere/s", str(root / "new.yaml")]

    assert main.main(words) == exits.UNREACHABLE
    told = capsys.readouterr().err
    assert "cannot ask the daemon" in told
    assert "; --at-start plans without a daemon\n" in told
