# SPDX-License-Identifier: Apache-2.0
"""What the kernel says about a process."""

import os
from pathlib import Path

import pytest

from bench.controller import usage


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A /proc with process 7, whose name looks like further fields."""
    folder = tmp_path / "7"
    folder.mkdir()
    fields = ["S", *(str(number) for number in range(4, 53))]
    (folder / "stat").write_text(f"7 (a b) R 1 (c) {' '.join(fields)}\n")
    (folder / "status").write_text("Name:\ta b\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n")
    return tmp_path


def test_cpu_time_is_user_and_system_time(proc: Path) -> None:
    """Fields 14 and 15 of proc(5) are added, whatever the process is called."""
    assert usage.cpu_seconds(7, proc=proc, ticks=100) == pytest.approx(0.14 + 0.15)


def test_cpu_time_to_the_nanosecond(proc: Path) -> None:
    """The kernel's scheduler counts it by thread."""
    for thread, text in (("7", "1500000000 1 2"), ("8", "250 0 1")):
        folder = proc / "7" / "task" / thread
        folder.mkdir(parents=True)
        (folder / "schedstat").write_text(f"{text}\n")

    assert usage.scheduled_seconds(7, proc=proc) == pytest.approx(1.50000025)


def test_memory_is_told_in_bytes(proc: Path) -> None:
    """The kernel's kB are 1024 bytes."""
    assert usage.peak_bytes(7, proc=proc) == 2048 * 1024
    assert usage.resident_bytes(7, proc=proc) == 1024 * 1024


def test_a_process_without_memory_is_told(proc: Path) -> None:
    """A kernel thread has no such line; that is said and not taken for 0."""
    (proc / "7" / "status").write_text("Name:\tkthread\n")

    with pytest.raises(ValueError, match="cannot read VmRSS of process 7"):
        usage.resident_bytes(7, proc=proc)


def test_the_own_process_can_be_measured() -> None:
    """The real /proc is read."""
    assert usage.cpu_seconds(os.getpid()) > 0
    assert usage.peak_bytes(os.getpid()) >= usage.resident_bytes(os.getpid()) // 2 > 0
