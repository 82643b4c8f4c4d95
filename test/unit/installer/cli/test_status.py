# SPDX-License-Identifier: Apache-2.0
"""`status` as a person and a script see it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node import systemd_bus

from installer import files, names, paths, status

BACK = status.Status(
    state="rolled-back", reason="it hangs", hint="look", failures=2, restarts=4, since=86400.0
)


def test_a_bare_node(call: Callable[..., Any], root: Path) -> None:
    """Nothing is there, and the kubelet is on containerd."""
    said = call("status", "--root", str(root))

    assert said.status == 3
    assert said.out == (
        "state             none\nkubelet           containerd\nkubelet restarts  0\n"
    )


def test_an_active_node(call: Callable[..., Any], root: Path, manager: systemd_bus.Manager) -> None:
    """Exit status 0, and the kubelet's own arguments decide where it is."""
    argv = f"/opt/bin/kubelet {names.ENDPOINT_FLAG}=unix:///x {names.ENDPOINT_ARGUMENT}"
    manager.units["kubelet.service"].processes = [("/x", 7, argv)]
    layout = paths.Layout(root)
    status.write(files.Files(), layout.status, status.Status(state="active", policy="static"))
    said = call("status", "--root", str(root), "-o", "json")
    found = json.loads(said.out)

    assert said.status == 0
    assert (found["state"], found["kubelet"], found["policy"]) == ("active", "relay", "static")


def test_a_node_that_rolled_back(call: Callable[..., Any], root: Path) -> None:
    """Why, what helps, since when, how often."""
    status.write(files.Files(), paths.Layout(root).status, BACK)
    lines = dict(
        line.split("  ", 1) for line in call("status", "--root", str(root)).out.splitlines()
    )
    shown = {key.strip(): value.strip() for key, value in lines.items()}

    assert shown["reason"] == "it hangs"
    assert shown["since"] == "1970-01-02 00:00:00 UTC"
    assert shown["failed attempts"] == "2"


def test_without_systemd(call: Callable[..., Any], tmp_path: Path) -> None:
    """What the file says is shown, and that the kubelet's place is not known."""
    said = call("status", "--root", str(tmp_path))

    assert "kubelet           unknown: cannot list the processes of kubelet.service" in said.out
