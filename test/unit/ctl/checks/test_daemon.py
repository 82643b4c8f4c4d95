# SPDX-License-Identifier: Apache-2.0
"""Checks of the daemon."""

import contextlib
import dataclasses
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from node import pages as stand_in
from unit.ctl import pages
from unit.ctl.checks import nodes

from ctl.checks import daemon
from ctl.checks.finding import DISABLED, Node, Verdict
from ctl.node import units
from resmgr.state.store import Store


def test_a_persons_switch_is_a_note(tmp_path: Path) -> None:
    """The remedy takes it away."""
    before = daemon.switch(nodes.node(tmp_path))
    nodes.put(tmp_path / DISABLED, "")

    found = daemon.switch(nodes.node(tmp_path))

    assert (before.verdict, found.verdict) == (Verdict.OK, Verdict.NOTE)
    assert found.remedy.startswith("rm ")


@pytest.mark.parametrize(
    ("unit", "verdict"),
    [
        (nodes.RUNNING, Verdict.OK),
        (units.Unit("not-found", "inactive", "dead"), Verdict.NOTE),
        (units.Unit("loaded", "failed", "failed", "exit-code", 5), Verdict.WRONG),
        (units.Unit("loaded", "activating", "auto-restart"), Verdict.WRONG),
    ],
)
def test_the_unit_has_to_run(tmp_path: Path, unit: units.Unit, verdict: Verdict) -> None:
    """Where there is one."""
    node = dataclasses.replace(nodes.node(tmp_path), unit=lambda: unit)

    assert daemon.unit(node).verdict is verdict


def test_a_machine_without_systemd(tmp_path: Path) -> None:
    """Nothing is known of its units, and the other checks go on."""

    def ask() -> units.Unit:
        return units.state("x.service", tmp_path)

    node = dataclasses.replace(nodes.node(tmp_path), unit=ask)

    found = daemon.unit(node)

    assert found.verdict is Verdict.UNKNOWN
    assert "root" not in found.remedy
    assert "systemctl status dbus" in found.remedy


def test_two_daemons_are_one_too_many(tmp_path: Path) -> None:
    """Their process ids are told."""
    none = daemon.processes(nodes.node(tmp_path))
    nodes.process(tmp_path, 5, "cri-resmgr")
    one = daemon.processes(nodes.node(tmp_path))
    nodes.process(tmp_path, 6, "cri-resmgr")

    two = daemon.processes(nodes.node(tmp_path))

    assert [each.verdict for each in (none, one, two)] == [
        Verdict.NOTE,
        Verdict.OK,
        Verdict.WRONG,
    ]
    assert "5, 6" in two.detail


def test_a_daemon_that_answers(tmp_path: Path) -> None:
    """It tells its policy."""
    node = nodes.node(tmp_path)
    away = daemon.answers(node)
    with stand_in.served(Path(node.socket), {"/status": json.dumps(pages.STATUS)}):
        found = daemon.answers(node)

    assert (away.verdict, found.verdict) == (Verdict.WRONG, Verdict.OK)
    assert found.detail == "answers; policy topology-aware by the forced configuration"


def test_what_the_daemon_itself_finds_wrong(tmp_path: Path) -> None:
    """It is told here as well."""
    node = nodes.node(tmp_path)
    page = {**pages.STATUS, "runtime": {"connected": False}}
    with stand_in.served(Path(node.socket), {"/status": json.dumps(page)}):
        found = daemon.answers(node)

    assert found.verdict is Verdict.WRONG
    assert "the runtime is away" in found.detail


def test_a_runtime_that_is_away(tmp_path: Path) -> None:
    """Then the relay cannot be judged, and the runtime is what to look at."""
    found = daemon.relay(nodes.node(tmp_path))

    assert found.verdict is Verdict.WRONG
    assert found.remedy == "systemctl status containerd.service"


@contextlib.contextmanager
def sockets(node: Node, relay: int, runtime: int, own: int) -> Iterator[None]:
    """Have the three sockets with these modes."""
    with contextlib.ExitStack() as kept:
        for path, mode in ((node.relay, relay), (node.runtime, runtime), (node.socket, own)):
            one = kept.enter_context(socket.socket(socket.AF_UNIX))
            one.bind(path)
            Path(path).chmod(mode)
        yield


@pytest.mark.parametrize(
    ("relay", "runtime", "own", "verdict"),
    [
        (0o660, 0o660, 0o600, Verdict.OK),
        (0o600, 0o660, 0o600, Verdict.OK),
        (0o666, 0o660, 0o600, Verdict.WRONG),
        (0o660, 0o660, 0o666, Verdict.WRONG),
    ],
)
def test_sockets_are_not_too_open(
    tmp_path: Path, relay: int, runtime: int, own: int, verdict: Verdict
) -> None:
    """The relay's is as open as the runtime's at most, ours is for its owner alone."""
    node = nodes.node(tmp_path)
    with sockets(node, relay, runtime, own):
        found = daemon.rights(node)

    assert found.verdict is verdict


def test_what_is_no_socket(tmp_path: Path) -> None:
    """A file in the place of one is found; one that is missing cannot be looked at."""
    node = nodes.node(tmp_path)
    missing = daemon.rights(node)
    with sockets(node, 0o660, 0o660, 0o600):
        Path(node.relay).unlink()
        nodes.put(Path(node.relay), "")
        found = daemon.rights(node)

    assert (missing.verdict, found.verdict) == (Verdict.UNKNOWN, Verdict.WRONG)


def test_state_is_read(tmp_path: Path) -> None:
    """A folder without any is wrong, one of a daemon is fine."""
    node = nodes.node(tmp_path)
    missing = daemon.state(node)
    with Store.open(tmp_path / "state", now=lambda: 0.0) as store:
        store.load()

    found = daemon.state(node)

    assert (missing.verdict, found.verdict) == (Verdict.WRONG, Verdict.OK)
    assert "0 containers" in found.detail


def test_files_of_the_next_start_are_judged(tmp_path: Path) -> None:
    """On the machine that they are for."""
    nodes.cpus(tmp_path, 4)
    node = nodes.node(tmp_path)
    form = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:%s'}}"
    none = daemon.configuration(node)
    nodes.put(tmp_path / "etc/cri-resmgr/fallback.cfg", form % "0")
    right = daemon.configuration(node)
    nodes.put(tmp_path / "etc/cri-resmgr/force.cfg", form % "9")

    wrong = daemon.configuration(node)

    assert [each.verdict for each in (none, right, wrong)] == [
        Verdict.NOTE,
        Verdict.OK,
        Verdict.WRONG,
    ]
    assert wrong.detail.startswith("the forced configuration cannot be used")
    assert "config validate" in wrong.remedy
