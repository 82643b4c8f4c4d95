# SPDX-License-Identifier: Apache-2.0
"""Take away everything that a run has made outside of its own process, in whatever state it is.

The end of every run: in order, by an interrupt, or by another process after a kill. Whoever calls
this holds the place.
"""

import shutil
import subprocess
from pathlib import Path

from . import cgroups, network, places


def remove(place: places.Place) -> None:
    """End the machines, and remove cables, bridge, cgroups, mounts and files. Twice is fine.

    Raises `TimeoutError` when a process or a cgroup does not go.
    """
    machines = cgroups.named(place.prefix)
    for machine in machines:
        cgroups.kill(machine)
    network.down(place)
    for point in mounts(place.folder):
        subprocess.run(["umount", "--lazy", point], check=True, capture_output=True)
    for machine in machines:
        cgroups.remove(machine)
    if place.folder.exists():
        shutil.rmtree(place.folder)


def mounts(folder: Path) -> list[str]:
    """Give what is mounted below a folder, the inner ones first."""
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    points = [line.split()[1] for line in lines]
    return [point for point in reversed(points) if point.startswith(f"{folder}/")]
