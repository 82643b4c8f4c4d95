# SPDX-License-Identifier: Apache-2.0
"""Checks of the machine, on trees of files."""

from pathlib import Path

import pytest
from unit.ctl.checks import nodes
from unit.resmgr.sysfs import speeds as selects

from ctl.checks import machine
from ctl.checks.finding import Verdict
from ctl.node import cgroups
from resmgr.sysfs import speedform, speeds
from resmgr.sysfs.machine import Package

CONFIG = "--config=/var/lib/kubelet/config/kubelet"


def kubelet(root: Path, settings: str = "{}", *words: str) -> None:
    """Let a kubelet run."""
    nodes.process(root, 7, "kubelet", CONFIG, *words)
    nodes.put(root / "var/lib/kubelet/config/kubelet", settings)


def test_a_machine_without_cgroups(tmp_path: Path) -> None:
    """Nothing can be placed there."""
    found = machine.versions(nodes.node(tmp_path))

    assert found.verdict is Verdict.WRONG


def test_cgroups_are_named(tmp_path: Path) -> None:
    """By their versions."""
    (tmp_path / cgroups.MOUNT / "cpuset").mkdir(parents=True)

    assert machine.versions(nodes.node(tmp_path)).detail == "v1"


def test_a_kernel_without_cpusets(tmp_path: Path) -> None:
    """The remedy is a boot parameter."""
    (tmp_path / cgroups.MOUNT / "memory").mkdir(parents=True)

    found = machine.cpusets(nodes.node(tmp_path))

    assert found.verdict is Verdict.WRONG
    assert "cgroup_disable" in found.remedy


def test_a_node_without_pods(tmp_path: Path) -> None:
    """There is nothing to look at yet."""
    nodes.cpuset(tmp_path, "", "0-3")

    assert machine.cpusets(nodes.node(tmp_path)).verdict is Verdict.NOTE


@pytest.mark.parametrize(("allowed", "verdict"), [("0-3", Verdict.OK), ("0-1", Verdict.NOTE)])
def test_pods_that_may_not_use_all_cpus(tmp_path: Path, allowed: str, verdict: Verdict) -> None:
    """A policy that gives others out fails, so it is told."""
    nodes.cpus(tmp_path, 4)
    nodes.cpuset(tmp_path, "kubepods", allowed)

    assert machine.cpusets(nodes.node(tmp_path)).verdict is verdict


def test_pods_without_a_cpuset(tmp_path: Path) -> None:
    """In cgroup v2 a controller has to be switched on for whoever is below."""
    nodes.put(tmp_path / cgroups.MOUNT / "cgroup.controllers", "cpuset cpu\n")
    (tmp_path / cgroups.MOUNT / "kubepods.slice").mkdir()

    found = machine.cpusets(nodes.node(tmp_path))

    assert found.verdict is Verdict.WRONG
    assert "cgroup.subtree_control" in found.remedy


def test_cpus_are_counted(tmp_path: Path) -> None:
    """Isolated ones are worth a note."""
    nodes.cpus(tmp_path, 4)
    plain = machine.cpus(nodes.node(tmp_path))
    nodes.cpus_isolated(tmp_path, "3")

    found = machine.cpus(nodes.node(tmp_path))

    assert (plain.verdict, found.verdict) == (Verdict.OK, Verdict.NOTE)
    assert plain.detail == "4 CPUs, 1 NUMA node"
    assert "isolated by the kernel 3" in found.detail


def test_speed_select_is_told(tmp_path: Path) -> None:
    """Where it cannot be, that is worth a note."""
    nodes.cpus(tmp_path, 4)
    plain = machine.cpus(nodes.node(tmp_path))
    package = Package(0, 0b1111, 1, {0: 0b1111}, selects.example(0b1111))
    nodes.put(tmp_path / speeds.RECORD, speedform.text({0: package}))
    known = machine.cpus(nodes.node(tmp_path))
    nodes.put(tmp_path / speeds.RECORD, "{")
    unknown = machine.cpus(nodes.node(tmp_path))

    assert "Speed Select" not in plain.detail
    assert known.verdict is Verdict.OK
    assert "Speed Select of package 0: SST-PP profile 1, SST-CP ordered" in known.detail
    assert unknown.verdict is Verdict.NOTE
    assert "priorities of CPUs come from cpufreq" in unknown.detail


def test_a_machine_that_makes_no_sense(tmp_path: Path) -> None:
    """The daemon would not start on it."""
    assert machine.cpus(nodes.node(tmp_path)).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("endpoint", "verdict"),
    [
        ("unix:///var/run/cri-resmgr/relay.sock", Verdict.OK),
        ("unix:///run/containerd/containerd.sock", Verdict.NOTE),
        ("", Verdict.UNKNOWN),
    ],
)
def test_where_the_kubelet_is(tmp_path: Path, endpoint: str, verdict: Verdict) -> None:
    """On the relay, on the runtime itself, or it does not tell; the last flag counts."""
    flags = ["--container-runtime-endpoint=first", f"--container-runtime-endpoint={endpoint}"]
    kubelet(tmp_path, "{}", *flags)

    assert machine.endpoint(nodes.node(tmp_path)).verdict is verdict


def test_the_endpoint_of_the_configuration(tmp_path: Path) -> None:
    """It counts where no flag says otherwise."""
    kubelet(tmp_path, "containerRuntimeEndpoint: unix:///x/relay.sock")

    assert machine.endpoint(nodes.node(tmp_path)).verdict is Verdict.OK


def test_no_kubelet(tmp_path: Path) -> None:
    """Nothing is known of it."""
    assert machine.endpoint(nodes.node(tmp_path)).verdict is Verdict.UNKNOWN
    assert machine.managers(nodes.node(tmp_path)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("settings", "words", "verdict"),
    [
        ("{}", (), Verdict.OK),
        ("cpuManagerPolicy: none", (), Verdict.OK),
        ("cpuManagerPolicy: static", (), Verdict.WRONG),
        ("memoryManagerPolicy: Static", (), Verdict.WRONG),
        ("{}", ("--cpu-manager-policy", "static"), Verdict.WRONG),
        ("topologyManagerPolicy: restricted", (), Verdict.NOTE),
        ("- list", (), Verdict.UNKNOWN),
        ("}", (), Verdict.UNKNOWN),
    ],
)
def test_a_kubelet_that_pins_is_wrong(
    tmp_path: Path, settings: str, words: tuple[str, ...], verdict: Verdict
) -> None:
    """By its file or by a flag; what cannot be read is not judged."""
    kubelet(tmp_path, settings, *words)

    assert machine.managers(nodes.node(tmp_path)).verdict is verdict


def test_plugins_of_the_runtime(tmp_path: Path) -> None:
    """They may place containers as well."""
    before = machine.others(nodes.node(tmp_path))
    nodes.put(tmp_path / "opt/nri/plugins/10-balloons", "")

    found = machine.others(nodes.node(tmp_path))

    assert (before.verdict, found.verdict) == (Verdict.OK, Verdict.NOTE)
    assert "/opt/nri/plugins/10-balloons" in found.detail
