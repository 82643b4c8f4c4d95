# SPDX-License-Identifier: Apache-2.0
"""A machine whose frequencies can be set: files below a folder, as the kernel has them."""

from collections.abc import Iterable
from pathlib import Path

from resmgr.sysfs import frequencies
from resmgr.sysfs import knobs as real

BOOT = "proc/sys/kernel/random/boot_id"


def make(root: Path, *, cpus: Iterable[int] = range(4), dies: Iterable[str] = ()) -> None:
    """Make CPUs from 0.8 to 3 GHz, dies from 1 to 2.4 GHz, and a boot."""
    for cpu in cpus:
        put(root, f"cpu{cpu}/cpufreq", real.CORE, 800_000, 3_000_000)
    for die in dies:
        folder = f"{frequencies.UNCORE}/{die}"
        put(root, folder, real.DIE, 1_000_000, 2_400_000)
        path = root / frequencies.PLACE / folder
        (path / "initial_min_freq_khz").write_text("1000000\n")
        (path / "initial_max_freq_khz").write_text("2400000\n")
    boot(root, "first")


def put(root: Path, folder: str, files: tuple[str, str], low: int, high: int) -> None:
    """Make the two files of a folder."""
    path = root / frequencies.PLACE / folder
    path.mkdir(parents=True, exist_ok=True)
    (path / files[0]).write_text(f"{low}\n")
    (path / files[1]).write_text(f"{high}\n")


def boot(root: Path, name: str) -> None:
    """Boot the machine, which is told by an id."""
    path = root / BOOT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{name}\n")


def shown(root: Path, folder: str) -> tuple[int, int]:
    """Give the two limits of a folder, kHz."""
    files = real.CORE if folder.startswith("cpu") else real.DIE
    path = root / frequencies.PLACE / folder
    low, high = (int((path / name).read_text()) for name in files)
    return low, high


def core(cpu: int) -> real.Knob:
    """Give what sets a CPU's limits."""
    return real.Knob(f"cpu{cpu}/cpufreq", real.CORE, 1 << cpu)


def times(root: Path) -> dict[str, int]:
    """Give when each file was written, to tell whether it was written again."""
    place = root / frequencies.PLACE
    return {
        str(path.relative_to(place)): path.stat().st_mtime_ns
        for path in place.rglob("*")
        if path.is_file()
    }
