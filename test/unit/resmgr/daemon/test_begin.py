# SPDX-License-Identifier: Apache-2.0
"""The engine's start; the whole of it is tested in test_wiring."""

import contextlib
from pathlib import Path

import pytest
from unit.resmgr.daemon import fake_node

from resmgr.daemon import begin, prepare
from resmgr.daemon.command import flags
from resmgr.daemon.prepare import CannotStart
from resmgr.engine import events
from resmgr.model import Container, ContainerState, LinuxResources, Pod
from resmgr.policy.interface import BadConfiguration
from resmgr.state.changes import PutConfig
from resmgr.state.store import Store

POD = Pod("p1", "u1", "web", "default")
NOTHING = events.Synchronised((), ())


def running(cpus: int) -> events.Synchronised:
    """Make what a runtime lists: one container, with its CPUs."""
    linux = LinuxResources(shares=1024, cpuset_cpus=cpus)
    one = Container("", "p1", "main", id="c1", state=ContainerState.RUNNING, linux=linux)
    return events.Synchronised((POD,), (one,))


def prepared(
    folder: Path, held: contextlib.ExitStack, *more: str
) -> tuple[prepare.Prepared, prepare.Chosen]:
    """Prepare a daemon in a folder."""
    fake_node.MACHINE.write(folder / "root")
    words = [
        f"--sysfs-root={folder / 'root'}",
        f"--relay-dir={folder / 'state'}",
        f"--relay-socket={folder / 'relay.sock'}",
        f"--pid-file={folder / 'pid'}",
        *more,
    ]
    return prepare.prepare(flags.read(words, {}, uid=0), held, pid=1, now=lambda: 0.0)


class Refusing:
    """A policy that starts with nothing that runs."""

    name = "static"

    def start(self, _saved: object, _running: object) -> object:
        """Refuse."""
        raise BadConfiguration("does not fit what runs")


def test_what_was_remembered_and_what_runs_become_one(tmp_path: Path) -> None:
    """By the policy of the configuration."""
    with contextlib.ExitStack() as held:
        begun = begin.begin(*prepared(tmp_path, held), running(0b11))

    assert begun.engine.policy.name == "none"
    assert [one.id for one in begun.engine.ledger.alive()] == ["c1"]
    assert begun.outcome.before == {}


def test_a_policy_that_does_not_start_ends_the_start(tmp_path: Path) -> None:
    """With its name and words."""
    with contextlib.ExitStack() as held:
        ready, chosen = prepared(tmp_path, held)
        refusing = prepare.Chosen(chosen.source, chosen.judged, Refusing(), ())  # type: ignore[arg-type]
        with pytest.raises(CannotStart, match="failed to start policy static: does not fit"):
            begin.begin(ready, refusing, NOTHING)


def test_a_kept_configuration_that_does_not_fit_what_runs_is_passed_over(tmp_path: Path) -> None:
    """The next source counts, with a policy of its own."""
    with Store.open(tmp_path / "state", now=lambda: 0.0) as store:
        store.write([PutConfig({"logger": "Debug: policy"})])
    with contextlib.ExitStack() as held:
        ready, chosen = prepared(tmp_path, held)
        refusing = prepare.Chosen(chosen.source, chosen.judged, Refusing(), chosen.later)  # type: ignore[arg-type]
        begun = begin.begin(ready, refusing, NOTHING)

    assert begun.chosen.source.origin is not chosen.source.origin
    assert begun.engine.policy.name == "none"
