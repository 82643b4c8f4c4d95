# SPDX-License-Identifier: Apache-2.0
"""`config sources`: layers, of a daemon that runs and of one that would start."""

import json
from pathlib import Path
from typing import Any

import pytest
from node import pages as stand_in
from unit.ctl import pages
from unit.ctl.checks import nodes

from ctl import exits, main
from ctl.configs import sources
from resmgr.state.changes import PutConfig
from resmgr.state.store import Store

RIGHT = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}}"


def show(root: Path, page: dict[str, Any], *words: str) -> int:
    """Run it beside a daemon."""
    with stand_in.served(root / "s", {"/config": json.dumps(page)}):
        return main.main(["config", "sources", "--socket", str(root / "s"), *words])


def test_layers_stand_in_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the names that configurations have in a shoot, and which one counts."""
    status = show(tmp_path, pages.CONFIG)

    lines = capsys.readouterr().out.splitlines()
    assert status == exits.FINE
    assert [line.split("  ")[0] for line in lines[1:6]] == [
        "force",
        "node, group or default",
        "last good",
        "fallback",
        "environment and command line",
    ]
    assert "counts" in lines[4]


def test_a_refused_one_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Why, and with the status of a problem."""
    told = {"origin": "configuration of the node agent", "text": "policy.Actve: unknown key"}

    assert show(tmp_path, {**pages.CONFIG, "refused": told}) == exits.PROBLEM
    assert "policy.Actve: unknown key" in capsys.readouterr().out


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with four CPUs."""
    nodes.cpus(tmp_path, 4)
    return tmp_path


def states(root: Path) -> list[str]:
    """Give what a start would make of each layer."""
    return [one["state"] for one in sources.next_start(root, root / "state")]


def test_nothing_is_there(root: Path) -> None:
    """Then defaults count."""
    assert states(root) == ["not there", "not there", "not there"]


def test_the_first_right_one_would_count(root: Path) -> None:
    """Others are not used, whatever they are."""
    nodes.put(root / "etc/cri-resmgr/fallback.cfg", RIGHT)
    with Store.open(root / "state", now=lambda: 0.0) as store:
        store.load()
        store.write([PutConfig({"policy": "Active: none"})])

    assert states(root) == ["not there", "would count", "not used"]


def test_a_wrong_one_says_why(root: Path) -> None:
    """On this machine."""
    nodes.put(root / "etc/cri-resmgr/force.cfg", RIGHT.replace("cpuset:0", "cpuset:9"))
    nodes.put(root / "etc/cri-resmgr/fallback.cfg", "policy: {Actve: x}")

    forced, _, fallback = states(root)

    assert forced.startswith("cannot be used: ")
    assert "CPUs 9 are not in this machine" in forced
    assert fallback.startswith("cannot be used: policy.Actve: unknown key")


def test_without_a_daemon_the_next_start_is_shown(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the status of a daemon that is away."""
    words = ["--sysfs-root", str(root), "--relay-dir", "state", "--socket", str(root / "s")]

    status = main.main(["config", "sources", *words])

    shown = capsys.readouterr()
    assert status == exits.UNREACHABLE
    assert "what its next start would find" in shown.err
    assert "not there" in shown.out


def test_one_that_was_refused_before_the_last(tmp_path: Path) -> None:
    """It is past, and no problem any more."""
    past = [{"result": "refused"}, {"result": "accepted"}]
    page = {**pages.CONFIG, "refused": {"origin": "x", "text": "y"}, "history": past}

    assert show(tmp_path, page) == exits.FINE
