# SPDX-License-Identifier: Apache-2.0
"""The client of systemd on a real message bus: greeting, routing and signals are the bus' own."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from node import systemd_bus

from installer import bus, systemd

CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig>
  <listen>unix:path={address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""

pytestmark = pytest.mark.integration


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Path]:
    """The socket of a bus that runs."""
    if shutil.which("dbus-daemon") is None:
        pytest.fail("cannot test on a real bus: dbus-daemon is missing; hint: apt-get install dbus")
    config, address = tmp_path / "bus.conf", tmp_path / "bus"
    config.write_text(CONFIG.format(address=address))
    program = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        daemon.stdout.readline()
        yield address
        daemon.terminate()


@pytest.fixture
def manager(address: Path) -> Iterator[systemd_bus.Manager]:
    """The name of systemd on that bus."""
    manager = systemd_bus.Manager()
    manager.units["a.service"] = systemd_bus.Unit(main_pid=5)
    with systemd_bus.on_bus(address, manager):
        yield manager


def test_units_over_a_real_bus(address: Path, manager: systemd_bus.Manager) -> None:
    """Signals come only to who asked for them, and the client did."""
    connection = bus.Bus(address, monotonic=time.monotonic)
    ours = systemd.Systemd(connection, monotonic=time.monotonic)
    ours.restart("a.service")
    ours.stop("a.service")
    state = ours.state("a.service")
    connection.close()

    assert (state.active, state.main_pid) == ("inactive", 5)
    assert ("RestartUnit", ("a.service", "replace")) in manager.calls


def test_nobody_has_systemds_name(address: Path) -> None:
    """A machine with a bus and without systemd is told as that."""
    connection = bus.Bus(address, monotonic=time.monotonic)
    ours = systemd.Systemd(connection, monotonic=time.monotonic)

    with pytest.raises(systemd.SystemdProblem, match=r"cannot reload .*org\.freedesktop\.systemd1"):
        ours.reload()
    connection.close()
