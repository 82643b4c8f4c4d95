# SPDX-License-Identifier: Apache-2.0
"""The two answers for the kubelet's probes, in a file of the pod that is kept fresh."""

import contextlib
import json
from pathlib import Path

FILE = Path("/tmp/cri-resmgr-installer.json")  # noqa: S108 - the pod's own, an emptyDir
LIFE = 300.0
"""Seconds that a sign of life holds: longer than any one thing that systemd is waited for."""


def write(path: Path, *, ready: bool, monotonic: float) -> None:
    """Write both answers; a file that cannot be written makes the probes fail, and no more."""
    with contextlib.suppress(OSError):
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"ready": ready, "alive_until": monotonic + LIFE}))
        fresh.replace(path)


def ready(path: Path) -> bool:
    """Tell whether the node is done."""
    return _read(path).get("ready") is True


def alive(path: Path, monotonic: float) -> bool:
    """Tell whether there was a sign of life lately, by the clock of `write`."""
    until = _read(path).get("alive_until")
    return isinstance(until, float) and monotonic <= until


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
