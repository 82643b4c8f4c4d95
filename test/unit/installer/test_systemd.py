# SPDX-License-Identifier: Apache-2.0
"""systemd over the bus, against a stand-in that answers as the real one was seen to."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from node import systemd_bus
from node.systemd_bus import Unit

from installer import bus, systemd
from installer.steps import interface

RELAY = "cri-resource-manager.service"


@pytest.fixture
def manager() -> systemd_bus.Manager:
    """A systemd that knows the relay and the kubelet."""
    manager = systemd_bus.Manager()
    manager.units[RELAY] = Unit(main_pid=42, restarts=3)
    return manager


@pytest.fixture
def server(tmp_path: Path, manager: systemd_bus.Manager) -> Iterator[systemd_bus.Server]:
    """That systemd on a bus."""
    with systemd_bus.Server(tmp_path / "bus", manager) as server:
        yield server


@pytest.fixture
def ours(server: systemd_bus.Server) -> Iterator[systemd.Systemd]:
    """What is tested, on that bus."""
    connection = bus.Bus(server.address, monotonic=time.monotonic)
    yield systemd.Systemd(connection, monotonic=time.monotonic)
    connection.close()


def methods(manager: systemd_bus.Manager) -> list[str]:
    """The manager's methods that were called, without what is read."""
    return [name for name, _ in manager.calls if name not in {"Get", "LoadUnit"}]


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(
    ("verb", "method"), [("start", "StartUnit"), ("stop", "StopUnit"), ("restart", "RestartUnit")]
)
def test_a_job_is_waited_for(
    ours: systemd.Systemd, manager: systemd_bus.Manager, verb: str, method: str, *, early: bool
) -> None:
    """The call returns when systemd says that the job is over, also if it says so early."""
    manager.early = early
    getattr(ours, verb)(RELAY)

    assert methods(manager) == ["Subscribe", method]
    assert manager.calls[-1] == (method, (RELAY, "replace"))


def test_a_restart_need_not_wait_for_others(
    ours: systemd.Systemd, manager: systemd_bus.Manager
) -> None:
    """For a kubelet that is ordered behind a relay whose start hangs."""
    ours.restart_alone(RELAY)

    assert manager.calls[-1] == ("RestartUnit", (RELAY, "ignore-dependencies"))


def test_jobs_are_subscribed_to_once(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """Two jobs on one connection need one subscription."""
    ours.start(RELAY)
    ours.restart(RELAY)

    assert methods(manager) == ["Subscribe", "StartUnit", "RestartUnit"]


def test_a_restarted_bus_is_met_again(
    ours: systemd.Systemd, server: systemd_bus.Server, manager: systemd_bus.Manager
) -> None:
    """After the connection was lost, the next call opens one and subscribes anew."""
    ours.start(RELAY)
    server.drop()
    ours.restart(RELAY)

    assert methods(manager) == ["Subscribe", "StartUnit", "Subscribe", "RestartUnit"]


def test_a_failed_job_says_why(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """The unit's result is in the message, and where to look in the hint."""
    manager.units[RELAY] = Unit(outcome="failed", result="start-limit-hit")

    with pytest.raises(systemd.SystemdProblem) as caught:
        ours.restart(RELAY)
    assert caught.value.message == f"cannot restart {RELAY}: it failed (start-limit-hit)"
    assert f"journalctl -u {RELAY}" in caught.value.hint


def test_a_job_without_end_is_given_up(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """A deadline holds for the whole job."""
    manager.silent = {"StartUnit"}

    with pytest.raises(systemd.SystemdProblem, match="no answer to StartUnit"):
        ours.start(RELAY, timeout=0.05)


def test_unknown_units(ours: systemd.Systemd) -> None:
    """Starting one is an error; stopping, resetting and looking at one is none."""
    with pytest.raises(systemd.SystemdProblem, match=r"cannot start gone\.service: Unit gone"):
        ours.start("gone.service")
    ours.stop("gone.service")
    ours.reset_failed("gone.service")

    assert ours.processes("gone.service") == ()
    assert ours.state("gone.service") == interface.UnitState()


def test_state_of_a_service(ours: systemd.Systemd) -> None:
    """The properties that matter are read."""
    state = ours.state(RELAY)

    assert state == interface.UnitState(
        load="loaded",
        active="active",
        sub="running",
        enabled="enabled",
        result="success",
        main_pid=42,
        restarts=3,
    )


def test_state_of_a_timer(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """What is no service has no result and no process."""
    manager.units["check.timer"] = Unit(sub="waiting", main_pid=9)

    assert ours.state("check.timer").main_pid == 0


def test_processes_with_their_words(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """The main process comes first; quoted words stay one, and what cannot be read is split."""
    manager.units[RELAY].processes = [
        ("/system.slice/x", 7, "helper it's"),
        ("/system.slice/x", 42, '/opt/relay "--a=b c" -v'),
    ]

    assert ours.processes(RELAY) == (
        interface.Process(42, ("/opt/relay", "--a=b c", "-v")),
        interface.Process(7, ("helper", "it's")),
    )


def test_enable_disable_reload(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """They are asked of systemd itself, persistently."""
    ours.enable(RELAY)
    ours.disable(RELAY)
    ours.reload()

    assert manager.calls == [
        ("EnableUnitFiles", ([RELAY], False, True)),
        ("DisableUnitFiles", ([RELAY], False)),
        ("Reload", ()),
    ]


def test_a_refusal_names_the_remedy(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """A bus that lets us not is a matter of rights."""
    manager.refused["Reload"] = ("org.freedesktop.DBus.Error.AccessDenied", "no rights.")

    with pytest.raises(systemd.SystemdProblem) as caught:
        ours.reload()
    assert caught.value.message == "cannot reload the unit files: no rights"
    assert "AppArmor" in caught.value.hint


@pytest.mark.parametrize(
    ("unit", "status"),
    [
        (Unit(status=0), 0),
        (Unit(status=3, outcome="failed", result="exit-code"), 3),
        (Unit(status=203, outcome="failed", result="exit-code"), 127),
        (Unit(code=2, status=9, outcome="failed", result="signal"), 137),
    ],
)
def test_a_program_is_run_once(
    ours: systemd.Systemd, manager: systemd_bus.Manager, unit: Unit, status: int
) -> None:
    """Its exit status comes back, and nothing of its unit stays."""
    manager.after_start = lambda made: made.__dict__.update(unit.__dict__)

    assert ours.run_once(["/bin/x", "a b"], 5) == status
    assert methods(manager)[-3:] == ["StartTransientUnit", "StopUnit", "ResetFailedUnit"]
    _, (_, mode, properties, _) = next(
        call for call in manager.calls if call[0] == "StartTransientUnit"
    )
    assert mode == "replace"
    assert ("ExecStart", ("a(sasb)", [("/bin/x", ["/bin/x", "a b"], False)])) in properties


def test_a_program_that_takes_too_long(ours: systemd.Systemd, manager: systemd_bus.Manager) -> None:
    """It was ended by systemd; that is no exit status."""
    unit = Unit(code=2, status=15, outcome="failed", result="timeout")
    manager.after_start = lambda made: made.__dict__.update(unit.__dict__)

    with pytest.raises(systemd.SystemdProblem, match=r"cannot run /bin/x: it was not done in 5 s"):
        ours.run_once(["/bin/x"], 5)


def test_without_a_bus(tmp_path: Path) -> None:
    """A socket that is not there is said with what to look at."""
    connection = bus.Bus(tmp_path / "none", monotonic=time.monotonic)
    ours = systemd.Systemd(connection, monotonic=time.monotonic)

    with pytest.raises(systemd.SystemdProblem) as caught:
        ours.restart(RELAY)
    assert caught.value.message.endswith("none: No such file or directory")
    assert "dbus.socket" in caught.value.hint
