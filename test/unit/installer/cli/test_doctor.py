# SPDX-License-Identifier: Apache-2.0
"""`doctor` as a person and a script see it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node import systemd_bus


def test_a_node_that_is_ill(call: Callable[..., Any], root: Path) -> None:
    """A kubelet that says nothing is wrong, and the remedy stands behind the arrow."""
    said = call("doctor", "--root", str(root), COLUMNS="200")

    assert said.status == 1
    assert said.out.startswith("CHECK")
    assert "journalctl -u kubelet.service" in " ".join(said.out.split())


def test_scripts_get_every_check(
    call: Callable[..., Any], root: Path, manager: systemd_bus.Manager
) -> None:
    """With its verdict, one of three words."""
    manager.silent.clear()
    found = json.loads(call("doctor", "--root", str(root), "-o", "json").out)

    assert {entry["verdict"] for entry in found} <= {"ok", "note", "wrong"}
    assert [entry["check"] for entry in found][:2] == ["switch", "rescue"]
    assert all(entry["detail"] for entry in found)
