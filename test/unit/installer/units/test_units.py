# SPDX-License-Identifier: Apache-2.0
"""Our units: their names, what systemd says about them, what must never be in them."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from installer import names, units

TEXTS = units.texts()
STUBS = (
    *("basic.target", "sysinit.target", "multi-user.target", "timers.target", "paths.target"),
    *("shutdown.target", "local-fs.target", "-.mount", "system.slice", "systemd-journald.socket"),
    *("containerd.service", "kubelet.service"),
)
"""Units that ours refer to: what systemd needs to look at ours without those of a machine."""

WORST = 4.5
"""Exposure that `systemd-analyze security` may find, from 0 to 10; without limits it is 9.6."""


@pytest.fixture(scope="module")
def analyze() -> str:
    """Give the program that looks at units."""
    found = shutil.which("systemd-analyze")
    assert found, "systemd-analyze is missing: apt-get install systemd"
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a root folder with our units, and the programs that they start."""
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    for name in STUBS:
        kind = "[Service]\nExecStart=/bin/sh\n" if name.endswith(".service") else ""
        kind = "[Mount]\nWhat=x\nWhere=/\n" if name == "-.mount" else kind
        kind = "[Socket]\nListenStream=/x\n" if name.endswith(".socket") else kind
        (folder / name).write_text(f"[Unit]\nDefaultDependencies=no\n{kind}")
    (folder / "systemd-journald.service").write_text("[Service]\nExecStart=/bin/sh\n")
    for program in ("bin/sh", "opt/cri-resmgr/current/cri-resmgr"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    return tmp_path


def read(name: str) -> configparser.RawConfigParser:
    """Read a unit; no key of ours is given twice."""
    parser = configparser.RawConfigParser(comment_prefixes=("#",), delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(TEXTS[name])
    return parser


def test_there_is_a_text_for_each_unit_that_the_installer_knows() -> None:
    """And none that it does not know."""
    assert set(TEXTS) == {
        names.RELAY_UNIT,
        names.RESCUE_UNIT,
        names.RESCUE_TIMER,
        names.CHECK_UNIT,
        names.DISABLED_UNIT,
    }


def test_systemd_finds_no_fault(analyze: str, root: Path) -> None:
    """Every section, key and value is known to it, and every program is there."""
    done = subprocess.run(
        [analyze, "verify", "--man=no", f"--root={root}", *TEXTS],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_relay_is_confined(analyze: str, root: Path) -> None:
    """Its exposure, as systemd counts it, stays below a limit."""
    done = subprocess.run(
        [
            *(analyze, "security", "--offline=yes", f"--root={root}"),
            *("--no-pager", f"--threshold={WORST * 10:.0f}", names.RELAY_UNIT),
        ],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_a_relay_that_fails_for_good_starts_the_rescue() -> None:
    """It is given up after so many ends, and the rescue's own start has no limit."""
    relay = read(names.RELAY_UNIT)

    assert relay["Unit"]["OnFailure"] == names.RESCUE_UNIT
    assert int(relay["Unit"]["StartLimitBurst"]) > 1
    assert read(names.RESCUE_UNIT)["Unit"]["StartLimitIntervalSec"] == "0"
    assert read(names.CHECK_UNIT)["Unit"]["StartLimitIntervalSec"] == "0"


@pytest.mark.parametrize("name", [names.RESCUE_UNIT, names.CHECK_UNIT])
def test_the_rescue_needs_nothing_but_a_shell(name: str) -> None:
    """It runs from outside of the versions, and asks for nothing that a full disk could refuse."""
    unit = read(name)

    assert unit["Service"]["ExecStart"].startswith("/bin/sh /opt/cri-resmgr/rescue ")
    asked = {key for key in unit["Service"] if key.startswith(("Private", "Protect", "Dynamic"))}
    assert asked == set()
    assert "Requires" not in unit["Unit"]


def test_the_relay_starts_on_a_full_disk() -> None:
    """It has no folder made for it, and its sockets' folder is not replaced under other mounts."""
    service = read(names.RELAY_UNIT)["Service"]

    made = {"PrivateTmp", "RuntimeDirectory", "StateDirectory", "LogsDirectory", "CacheDirectory"}
    assert made.isdisjoint(service)


def test_the_kubelet_waits_for_the_relay_at_a_boot_and_does_not_need_it() -> None:
    """An order, and no requirement in either direction."""
    unit = read(names.RELAY_UNIT)["Unit"]

    assert unit["Before"] == names.KUBELET_UNIT
    assert {"Requires", "Wants", "BindsTo", "PartOf", "RequiredBy"}.isdisjoint(unit)


def test_the_timer_and_the_switch_start_the_check() -> None:
    """Both by its name; a switch that was there before is seen by the timer."""
    assert read(names.RESCUE_TIMER)["Timer"]["Unit"] == names.CHECK_UNIT
    assert read(names.DISABLED_UNIT)["Path"]["Unit"] == names.CHECK_UNIT


def test_the_relay_has_the_words_that_the_installer_writes() -> None:
    """They come from a file that may be missing, each blank parts two of them."""
    service = read(names.RELAY_UNIT)["Service"]

    assert service["EnvironmentFile"] == "-/etc/cri-resmgr/relay.env"
    assert service["ExecStart"].endswith(" $EXTRA_OPTIONS")
    assert f"--relay-socket={names.RELAY_SOCKET} " in service["ExecStart"]


def test_the_daemon_may_read_the_device_of_speed_select() -> None:
    """ProtectClock= implies a list of devices; of what is not on it nothing is opened."""
    service = read(names.RELAY_UNIT)["Service"]

    assert service["ProtectClock"] == "yes"
    assert service["DeviceAllow"] == "char-misc r"
    assert {"PrivateDevices", "RootDirectory", "RootImage"}.isdisjoint(service)
