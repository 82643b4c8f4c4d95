# SPDX-License-Identifier: Apache-2.0
"""The kubelet, found among processes in trees of files."""

from pathlib import Path

from unit.ctl.checks import nodes

from ctl.node import kubelet


def test_a_kubelet_is_found_among_others(tmp_path: Path) -> None:
    """By its name; flags may have their values behind a blank."""
    nodes.process(tmp_path, 3, "bash", "kubelet")
    nodes.process(tmp_path, 12, "kubelet", "--v=2", "--config", "/etc/k", "--debug")
    nodes.put(tmp_path / "etc/k", "cpuManagerPolicy: static")

    found = kubelet.look(tmp_path)

    assert found is not None
    assert (found.pid, found.flags["v"], found.flags["config"]) == (12, "2", "/etc/k")
    assert found.setting("cpu-manager-policy", "cpuManagerPolicy") == "static"
    assert found.setting("x", "y", "default") == "default"


def test_its_own_root_counts(tmp_path: Path) -> None:
    """A kubelet in another mount namespace reads its own files."""
    nodes.process(tmp_path, 12, "kubelet", "--config=/etc/k")
    nodes.put(tmp_path / "proc/12/root/etc/k", "containerRuntimeEndpoint: unix:///x.sock")

    found = kubelet.look(tmp_path)

    assert found is not None
    assert found.endpoint == "/x.sock"


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    """The reason is kept; flags are known all the same."""
    nodes.process(tmp_path, 12, "kubelet", "--config=/missing")

    found = kubelet.look(tmp_path)

    assert found is not None
    assert found.problem.startswith("cannot read")


def test_a_machine_without_processes(tmp_path: Path) -> None:
    """There is no kubelet, and no other program."""
    assert kubelet.look(tmp_path) is None
    assert kubelet.running(tmp_path, "cri-resmgr") == []
