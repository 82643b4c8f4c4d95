# SPDX-License-Identifier: Apache-2.0
"""Units as systemd tells of them; with a real bus in test/integration/installer."""

import errno
from pathlib import Path

import pytest

from ctl.node import units
from installer import bus, systemd


def test_units_know_whether_they_run() -> None:
    """Active is not enough: one that has ended may still be active."""
    assert units.Unit("loaded", "active", "running").running
    assert not units.Unit("loaded", "active", "exited").running
    assert units.Unit("loaded", "inactive", "dead").there
    assert not units.Unit("not-found", "inactive", "dead").there


def test_a_machine_without_a_bus(tmp_path: Path) -> None:
    """The cause is told; to be root would not help."""
    with pytest.raises(units.CannotAsk, match="system_bus_socket") as told:
        units.state("cri-resource-manager.service", tmp_path)

    assert told.value.hint == "look whether systemd and dbus run here: systemctl status dbus.socket"


def test_a_bus_that_refuses_this_user() -> None:
    """Root may ask it."""
    error = OSError(errno.EACCES, "Permission denied")
    refused = bus.BusProblem("connect: Permission denied")
    refused.__cause__ = error
    wrapped = systemd.SystemdProblem("cannot look at x.service: connect", refused.hint)
    wrapped.__cause__ = refused

    assert units.hint(wrapped) == "run it as root on the node"


def test_a_bus_that_breaks_off() -> None:
    """What the client of the bus says counts."""
    assert units.hint(bus.BusProblem("the bus ended the connection")) == bus.HINT
