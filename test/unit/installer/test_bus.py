# SPDX-License-Identifier: Apache-2.0
"""The connection to the message bus."""

import time
from collections.abc import Iterator
from pathlib import Path

import jeepney
import pytest
from node import systemd_bus

from installer import bus

MANAGER = jeepney.DBusAddress(
    systemd_bus.PATH, bus_name=systemd_bus.NAME, interface=f"{systemd_bus.NAME}.Manager"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[systemd_bus.Server]:
    """A bus with a manager that knows one unit."""
    manager = systemd_bus.Manager()
    manager.units["a.service"] = systemd_bus.Unit()
    with systemd_bus.Server(tmp_path / "bus", manager) as server:
        yield server


@pytest.fixture
def ours(server: systemd_bus.Server) -> Iterator[bus.Bus]:
    """A connection, not opened yet."""
    connection = bus.Bus(server.address, monotonic=time.monotonic, patience=2)
    yield connection
    connection.close()


def test_the_first_call_opens_it(ours: bus.Bus) -> None:
    """Nothing is connected before, and further calls use the same connection."""
    assert ours.opened == 0
    ours.call(MANAGER, "Reload")
    ours.call(MANAGER, "Reload")

    assert ours.opened == 1


def test_no_answer_in_time(ours: bus.Bus, server: systemd_bus.Server) -> None:
    """The call ends at its deadline; the late answer is nobody else's."""
    server.manager.silent = {"Reload"}

    with pytest.raises(bus.BusProblem, match=r"no answer to Reload in 0.05 s"):
        ours.call(MANAGER, "Reload", timeout=0.05)
    ours.call(MANAGER, "Subscribe")
    assert ours.opened == 2


def test_a_connection_that_ended_meanwhile(ours: bus.Bus, server: systemd_bus.Server) -> None:
    """It is noticed before the next call, which is not lost."""
    ours.call(MANAGER, "Subscribe")
    server.drop()
    ours.call(MANAGER, "Reload")

    assert ours.opened == 2
    assert [name for name, _ in server.manager.calls] == ["Subscribe", "Reload"]


def test_signals_are_kept_until_asked_for(ours: bus.Bus) -> None:
    """A signal that comes before the answer of a call is not lost."""
    with ours.listening():
        ours.call(MANAGER, "StartUnit", "ss", ("a.service", "replace"))
        first, second = ours.next_signal(5), ours.next_signal(5)

        assert first is not None
        assert second is not None
        assert second.body[2:] == ("a.service", "done")
        assert ours.next_signal(0.01) is None


def test_what_nobody_asks_for_is_not_kept(ours: bus.Bus, server: systemd_bus.Server) -> None:
    """A node has many jobs in a month, and a pod that waits for none of them stays small."""
    server.manager.early = True
    ours.call(MANAGER, "StartUnit", "ss", ("a.service", "replace"))
    with ours.listening():
        before = ours.next_signal(0.01)
        ours.call(MANAGER, "StartUnit", "ss", ("a.service", "replace"))
    with ours.listening():
        after = ours.next_signal(0.01)

    assert (before, after) == (None, None)


def test_a_bus_that_does_not_greet(server: systemd_bus.Server) -> None:
    """Opening has a deadline, too."""
    server.greets = False
    connection = bus.Bus(server.address, monotonic=time.monotonic, patience=0.05)

    with pytest.raises(bus.BusProblem, match="does not greet in"):
        connection.call(MANAGER, "Reload")


def test_errors_carry_their_name(ours: bus.Bus, server: systemd_bus.Server) -> None:
    """The D-Bus name decides what follows; the text is for people."""
    server.manager.refused["Reload"] = ("org.example.No", "Not now.")

    with pytest.raises(bus.Refused, match=r"Not now$") as caught:
        ours.call(MANAGER, "Reload")
    assert caught.value.name == "org.example.No"
