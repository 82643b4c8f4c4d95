# SPDX-License-Identifier: Apache-2.0
"""What the doctor finds, check by check."""

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from node import systemd_bus

from installer import bus, doctor, files, kubelet, loop, names, paths, status, systemd
from installer.doctor import Verdict
from installer.steps import interface


@dataclasses.dataclass
class Model:
    """A kubelet and a gate that say what they are told to."""

    fine: bool = True

    def healthy(self) -> bool:
        """As told."""
        return self.fine

    def ready(self) -> bool | None:
        """As told."""
        return self.fine

    def check(self) -> interface.GateResult:
        """As told."""
        return interface.GateResult(self.fine, "" if self.fine else "lists differ")

    def release(self) -> interface.GateResult:
        """Nothing is pinned."""
        return interface.GateResult(ok=True)


class Patient:
    """A node on which all is well, until a test changes that."""

    def __init__(self, root: Path, manager: systemd_bus.Manager) -> None:
        self.manager = manager
        self.layout = paths.Layout(root)
        self.model = Model()
        self.trouble = ""
        self.free = 1 << 40
        self.bus = bus.Bus(root / "bus", monotonic=time.monotonic)
        self.node = interface.Node(
            layout=self.layout,
            files=files.Files(),
            systemd=systemd.Systemd(self.bus, monotonic=time.monotonic),
            kubelet=self.model,
            gate=self.model,
            clock=loop.Loop(),
        )

    def find(self, check: str) -> doctor.Finding:
        """Give what a check finds."""
        found = doctor.examine(
            self.node, free=lambda path: self.free, answers=lambda path: self.trouble
        )
        return next(finding for finding in found if finding.check == check)


def put(path: Path, text: str) -> None:
    """Write a file with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    """A node on the relay."""
    manager = systemd_bus.Manager()
    kubelet_words = f"/opt/bin/kubelet {names.ENDPOINT_ARGUMENT}"
    manager.units = {
        names.RELAY_UNIT: systemd_bus.Unit(),
        names.RESCUE_TIMER: systemd_bus.Unit(sub="waiting"),
        names.DISABLED_UNIT: systemd_bus.Unit(sub="waiting"),
        names.KUBELET_UNIT: systemd_bus.Unit(main_pid=1, processes=[("/x", 1, kubelet_words)]),
    }
    made = Patient(tmp_path, manager)
    put(made.layout.extra_args, f"KUBELET_EXTRA_ARGS={names.ENDPOINT_ARGUMENT}\n")
    put(made.layout.rescue, "#!/bin/sh\n")
    made.layout.current.symlink_to("versions/1.0-abc")
    with systemd_bus.Server(tmp_path / "bus", manager):
        yield made
        made.bus.close()


def test_a_healthy_node(patient: Patient) -> None:
    """Everything is well, but for the programs, which are none here."""
    found = doctor.examine(patient.node, free=lambda path: 1 << 40, answers=lambda path: "")
    wrong = [finding.check for finding in found if finding.verdict is not Verdict.OK]

    assert wrong == ["programs"]


def test_a_switch(patient: Patient) -> None:
    """It is no illness, but worth to know."""
    put(patient.layout.disabled, "")
    found = patient.find("switch")

    assert (found.verdict, found.remedy) == (Verdict.NOTE, "rm /etc/cri-resmgr/disabled")


def test_a_rescue(patient: Patient) -> None:
    """Its words are told."""
    put(patient.layout.rescued, "1700000000 the relay did not answer\n")
    found = patient.find("rescue")

    assert found.verdict is Verdict.WRONG
    assert found.detail == "the kubelet was given back: the relay did not answer"


def test_a_unit_that_failed(patient: Patient) -> None:
    """With systemd's result."""
    patient.manager.units[names.RELAY_UNIT] = systemd_bus.Unit(
        active="failed", sub="failed", result="watchdog"
    )
    found = patient.find("relay unit")

    assert found.verdict is Verdict.WRONG
    assert found.detail.endswith("result watchdog")


@pytest.mark.parametrize("check", ["relay", "gate", "kubelet health"])
def test_what_does_not_answer(patient: Patient, check: str) -> None:
    """A relay that hangs, a gate that does not pass, a kubelet that is not healthy."""
    patient.trouble, patient.model.fine = "no answer", False

    assert patient.find(check).verdict is Verdict.WRONG


def test_another_endpoint(patient: Patient) -> None:
    """Somebody else moved the kubelet."""
    put(patient.layout.extra_args, f"KUBELET_EXTRA_ARGS={names.ENDPOINT_FLAG}=unix:///other\n")

    assert patient.find("kubelet arguments").verdict is Verdict.WRONG


def test_a_kubelet_that_is_not_where_its_file_says(patient: Patient) -> None:
    """Its next start would move it."""
    patient.manager.units[names.KUBELET_UNIT].processes = [("/x", 1, "/opt/bin/kubelet")]
    found = patient.find("running kubelet")

    assert found.verdict is Verdict.WRONG
    assert found.remedy == "systemctl restart kubelet.service"


def test_no_kubelet(patient: Patient) -> None:
    """None runs."""
    patient.manager.units[names.KUBELET_UNIT].processes = []

    assert patient.find("running kubelet").detail == "no kubelet runs"


def test_a_rescue_that_would_not_come(patient: Patient) -> None:
    """A timer that is stopped, and a script that is gone."""
    patient.manager.units[names.RESCUE_TIMER].active = "inactive"
    patient.layout.rescue.unlink()

    assert patient.find("rescue units").detail == f"not active: {names.RESCUE_TIMER}"
    assert patient.find("rescue script").verdict is Verdict.WRONG


def test_a_full_disk(patient: Patient) -> None:
    """Which folder, and how much is left."""
    patient.free = 5 << 20
    found = patient.find("disk")

    assert found.verdict is Verdict.WRONG
    assert "/opt/cri-resmgr has 5 MiB" in found.detail


@pytest.mark.parametrize(("state", "verdict"), [("active", "note"), ("rolled-back", "wrong")])
def test_the_last_error(patient: Patient, state: str, verdict: str) -> None:
    """One that is over is worth to know."""
    standing = status.Status(state=state, last_error="no space")
    status.write(patient.node.files, patient.layout.status, standing)

    assert patient.find("last error").verdict == verdict


def test_a_bare_node_is_not_ill(patient: Patient) -> None:
    """Nothing is installed, and that is right."""
    patient.layout.current.unlink()
    patient.manager.units[names.RELAY_UNIT] = systemd_bus.Unit("not-found", "inactive", "dead")
    patient.trouble = "the relay's socket: No such file or directory"
    patient.layout.rescue.unlink()
    checks = ("relay unit", "relay", "gate", "rescue units", "rescue script", "programs")

    assert {patient.find(check).verdict for check in checks} == {Verdict.NOTE}


def test_a_machine_without_a_bus(patient: Patient) -> None:
    """The checks that need none are made all the same."""
    patient.manager.refused["LoadUnit"] = ("org.freedesktop.DBus.Error.AccessDenied", "No.")

    assert patient.find("relay unit").verdict is Verdict.WRONG
    assert "AppArmor" in patient.find("relay unit").remedy
    assert patient.find("disk").verdict is Verdict.OK


def test_the_real_kubelet_edge_fits() -> None:
    """What is asked here is what the edge gives."""
    edge: interface.Kubelet = kubelet.Kubelet(None, monotonic=time.monotonic, port=1)

    assert not edge.healthy()
