# SPDX-License-Identifier: Apache-2.0
"""Nothing of a shoot outlives its run, however that ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from garden import processes
from ground import cgroups, leftovers, network, places

pytestmark = pytest.mark.timeout(300)

PATIENCE = 60.0


@dataclass(frozen=True)
class Run:
    """A run of its own process, with one node that is Ready."""

    process: subprocess.Popen[str]
    place: places.Place
    servers: Path
    """Folder of the control plane."""

    def left(self) -> list[str]:
        """Everything that is still there of it."""
        found = [*cgroups.named(self.place.prefix), *network.links(self.place)]
        found += leftovers.mounts(self.place.folder)
        return [*found, *(str(each) for each in (self.place.folder, self.servers) if each.exists())]

    def gone(self) -> bool:
        """Wait until nothing is left."""
        deadline = time.monotonic() + PATIENCE
        while self.left() and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self.left()


@pytest.fixture
def run(checkout: Path) -> Iterator[Run]:
    """The program that makes a shoot, as soon as its node is Ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ground", "--nodes", "1"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout / "test")},
    )
    assert process.stdout is not None
    try:
        ready, place = process.stdout.readline(), process.stdout.readline()
        assert ready, "the run has said why on standard error"
        servers = Path(ready.strip().partition("KUBECONFIG=")[2]).parent
        yield Run(process, places.Place(int(place.split()[1])), servers)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("told", "answer"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_leaves_nothing_that_is_told_to_end(run: Run, told: int, answer: int) -> None:
    """Ctrl-C and SIGTERM end it in order."""
    there = run.left()
    run.process.send_signal(told)
    code = run.process.wait(PATIENCE)

    assert there != []
    assert code == answer
    assert run.left() == []


def test_a_run_that_is_killed_is_cleared_up_by_its_keeper(run: Run) -> None:
    """After SIGKILL a process that has waited for it removes everything."""
    run.process.kill()

    assert run.gone(), run.left()


def test_a_run_that_dies_with_its_keeper_is_cleared_up_by_the_next(run: Run) -> None:
    """Whoever has the place next finds what is left and removes it."""
    children = Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children").read_text()
    keepers = [
        int(pid)
        for pid in children.split()
        if b"ground.keeper" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    for pid in keepers:
        os.kill(pid, signal.SIGKILL)
    run.process.kill()
    run.process.wait()
    left = run.left()
    taken = places.take(number=run.place.number)
    leftovers.remove(taken.place)
    processes.remove_leftovers(processes.ROOT)
    taken.release()

    assert len(keepers) == 1
    assert left != []
    assert run.left() == []
