# SPDX-License-Identifier: Apache-2.0
"""Units as systemd tells of them; with a real bus in test/integration/installer."""

from pathlib import Path

import pytest

from ctl.node import units


def test_units_know_whether_they_run() -> None:
    """Active is not enough: one that has ended may still be active."""
    assert units.Unit("loaded", "active", "running").running
    assert not units.Unit("loaded", "active", "exited").running
    assert units.Unit("loaded", "inactive", "dead").there
    assert not units.Unit("not-found", "inactive", "dead").there


def test_a_machine_without_a_bus(tmp_path: Path) -> None:
    """The cause is told."""
    with pytest.raises(units.CannotAsk, match="system_bus_socket"):
        units.state("cri-resource-manager.service", tmp_path)
