# SPDX-License-Identifier: Apache-2.0
"""Memory and CPU, read from files of the kernel."""

import os
from pathlib import Path

import pytest

from bench.node import usage

TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def process(tmp_path: Path) -> Path:
    """A process with two threads and a name that tries to confuse."""
    numbers = [0] * 52
    numbers[13 - 2 : 17 - 2] = 9999, 9999, 2 * TICKS, 3 * TICKS
    numbers[21 - 2] = 70 * TICKS
    fields = " ".join(map(str, numbers[1:]))
    (tmp_path / "stat").write_text(f"7 (a ) b) S {fields}\n")
    (tmp_path / "status").write_text("Name:\ta\nVmHWM:\t  3000 kB\nVmRSS:\t  2000 kB\n")
    (tmp_path / "smaps_rollup").write_text("Rss:   2000 kB\nPss:   1000 kB\nPss_Anon:  7 kB\n")
    for task in ("7", "8"):
        (tmp_path / "task" / task).mkdir(parents=True)
        (tmp_path / "task" / task / "schedstat").write_text("250000000 5 6\n")
    return tmp_path


def test_memory(process: Path) -> None:
    """Now, its share, and the most."""
    found = usage.memory("some", process)

    assert (found.name, found.resident, found.share, found.peak) == (
        "some",
        2_048_000,
        1_024_000,
        3_072_000,
    )


def test_cpu_of_a_process(process: Path) -> None:
    """Of its threads to the nanosecond, and of its children that have ended."""
    assert usage.cpu(process) == pytest.approx(5.5)


def test_when_a_process_was_started(process: Path) -> None:
    """In seconds since boot."""
    assert usage.started(process) == pytest.approx(70)


@pytest.mark.parametrize(
    ("name", "text"),
    [("cpuacct.usage", "1500000000\n"), ("cpu.stat", "usage_usec 1500000\nuser_usec 1\n")],
)
def test_cpu_of_a_cgroup(tmp_path: Path, name: str, text: str) -> None:
    """Of either version."""
    (tmp_path / name).write_text(text)

    assert usage.of_group(tmp_path) == pytest.approx(1.5)
