# SPDX-License-Identifier: Apache-2.0
"""The program, called as a person calls it, on a node that is a folder."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from node import systemd_bus

from installer.cli import program


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture
def call() -> Callable[..., Said]:
    """Call the program with words."""

    def call(*words: str, **environ: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        status = program.run(words, environ, out, err)
        return Said(status, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def manager() -> systemd_bus.Manager:
    """The systemd of the node, which knows a kubelet."""
    manager = systemd_bus.Manager()
    argv = "/opt/bin/kubelet --container-runtime-endpoint=unix:///run/containerd/containerd.sock"
    manager.units["kubelet.service"] = systemd_bus.Unit(
        main_pid=7, processes=[("/system.slice/kubelet.service", 7, argv)]
    )
    return manager


@pytest.fixture
def root(tmp_path: Path, manager: systemd_bus.Manager) -> Iterator[Path]:
    """A node's files, with a bus."""
    for folder in ("run/dbus", "var/lib/kubelet", "etc/systemd/system"):
        (tmp_path / folder).mkdir(parents=True)
    with systemd_bus.Server(tmp_path / "run/dbus/system_bus_socket", manager):
        yield tmp_path
