# SPDX-License-Identifier: Apache-2.0
"""Probes as commands."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installer import probe


@pytest.mark.parametrize("ready", [True, False])
def test_ready(
    call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, ready: bool
) -> None:
    """Yes or no, by word and exit status."""
    monkeypatch.setattr(probe, "FILE", tmp_path / "p.json")
    probe.write(tmp_path / "p.json", ready=ready, monotonic=0.0)
    said = call("probe", "ready")

    assert (said.status, said.out) == ((0, "yes\n") if ready else (1, "no\n"))


@pytest.mark.parametrize(("age", "alive"), [(0.0, True), (probe.LIFE + 60, False)])
def test_alive(
    call: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    age: float,
    *,
    alive: bool,
) -> None:
    """By the clock that the pod shares with its node."""
    monkeypatch.setattr(probe, "FILE", tmp_path / "p.json")
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    probe.write(tmp_path / "p.json", ready=False, monotonic=now - age)

    assert call("probe", "alive").status == (0 if alive else 1)
