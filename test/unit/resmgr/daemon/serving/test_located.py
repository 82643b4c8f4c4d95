# SPDX-License-Identifier: Apache-2.0
"""Topology hints of containers."""

from pathlib import Path

import pytest
from unit.resmgr.sysfs import trees

from resmgr.daemon.serving import located
from resmgr.daemon.serving.located import ANNOTATION, Located
from resmgr.engine import events
from resmgr.model import Container, Device, Hint, LinuxResources, Pod
from resmgr.sysfs.hints import Devices

PCI = "sys/devices/pci0000:00/0000:00:02.0"
GPU = Device("/dev/gpu", "/dev/gpu0", "rw")
THERE = Hint(f"/{PCI}", "0-7", "1")


@pytest.fixture
def look(tmp_path: Path) -> Located:
    """A machine whose every device is on one PCI function."""
    trees.write(tmp_path, {f"{PCI}/local_cpulist": "0-7", f"{PCI}/numa_node": "1"})
    link = tmp_path / "sys/dev/char/1:1"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / PCI)
    return Located(Devices(tmp_path, lambda _: "char/1:1"))


def found(look: Located, annotation: str = "", **container: object) -> tuple[Hint, ...]:
    """Give the hints of a container."""
    said = {f"{ANNOTATION}/container.c": annotation} if annotation else {}
    made = Container("", "p", "c", **container)  # type: ignore[arg-type]
    event = events.ContainerCreating(made, Pod("p", "u", "p", "ns", annotations=said))
    return look(event).container.hints


def test_devices_have_hints(look: Located) -> None:
    """Two devices in one place have one."""
    assert found(look, devices=(GPU, Device("/dev/b", "/dev/b", "rwm"))) == (THERE,)


@pytest.mark.parametrize(
    "device",
    [
        Device("/dev/gpu", "/dev/gpu0", "r"),
        Device("/dev/termination-log", "/dev/x", "rw"),
        Device("/dev/x", "/etc/x", "rw"),
        Device("/dev/x", "/dev/x"),
    ],
)
def test_some_devices_do_not_count(look: Located, device: Device) -> None:
    """Those that are only read, and files of the system."""
    assert found(look, devices=(device,)) == ()


@pytest.mark.parametrize(
    ("annotation", "expected"), [("false", ()), ("true", (THERE,)), ("maybe", (THERE,))]
)
def test_a_pod_may_not_want_them(
    look: Located, annotation: str, expected: tuple[Hint, ...]
) -> None:
    """Only a clear no counts."""
    assert found(look, annotation, devices=(GPU,)) == expected


def test_the_kubelet_is_a_provider(look: Located) -> None:
    """Of what it asks for, whatever the pod wants."""
    linux = LinuxResources(cpuset_cpus=0b111, cpuset_mems=0b11)

    assert found(look, "false", linux=linux) == (Hint("kubelet", "0-2", "0,1"),)
    assert found(look, linux=linux, devices=(GPU,)) == (
        THERE,
        Hint("kubelet", "0-2", "0,1"),
    )


def test_nothing_is_added_without_devices(tmp_path: Path) -> None:
    """The event is the same one."""
    event = events.ContainerCreating(Container("", "p", "c"), Pod("p", "u", "p", "ns"))

    assert located.Located.below(tmp_path)(event) is event
