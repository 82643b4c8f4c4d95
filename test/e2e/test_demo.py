# SPDX-License-Identifier: Apache-2.0
"""`make demo` plays to its end, and leaves nothing, however it ends."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from garden import processes
from ground import cgroups, leftovers, network, places

pytestmark = pytest.mark.timeout(600)

PATIENCE = 120.0
EVERY = [places.Place(number) for number in range(places.PLACES)]

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(checkout: Path) -> Iterator[Start]:
    """Start the demonstration, with more words before it if need be."""
    begun: list[subprocess.Popen[str]] = []

    def started(*before: str) -> subprocess.Popen[str]:
        begun.append(
            subprocess.Popen(
                [*before, sys.executable, "-m", "chain.demo"],
                stdout=subprocess.PIPE,
                text=True,
                cwd=checkout,
                env={**os.environ, "PYTHONPATH": str(checkout / "test")},
            )
        )
        return begun[-1]

    yield started
    for process in begun:
        process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], words: str) -> str:
    """Read until a line has some words; give everything that was read."""
    assert process.stdout is not None
    read = ""
    for line in process.stdout:
        read += line
        if words in line:
            return read
    return pytest.fail(f"the demonstration never says {words!r}:\n{read}")


def left(pid: int) -> list[str]:
    """Name what is left of a run: places that it owned, and files of its servers."""
    found = []
    for place in EVERY:
        if place.lock.exists() and place.lock.read_text(encoding="ascii").strip() == str(pid):
            found += [*cgroups.named(place.prefix), *network.links(place)]
            found += leftovers.mounts(place.folder)
            found += [str(place.folder)] if place.folder.exists() else []
    for owner in processes.ROOT.glob("*/owner"):
        if owner.read_text(encoding="ascii").startswith(f"{pid} "):
            found.append(str(owner.parent))
    return found


def test_from_an_extension_to_a_pinned_container(start: Start) -> None:
    """It shows one container with all CPUs, then with one of its own, then with all, twice."""
    process = start()
    said, _ = process.communicate(timeout=500)
    sets = re.findall(r"wants-one-cpu +([0-9a-f]+) +(\d+) +(\S+)", said)

    assert process.returncode == 0, said
    assert len(sets) == 4
    assert len({(container, pid) for container, pid, _ in sets}) == 1
    before, pinned, switched, after = (cpus for *_, cpus in sets)
    assert pinned.isdecimal()
    assert before == switched == after != pinned
    assert "byte for byte as before: 0" in said
    assert re.search(r"CPU \d+ is wants-one-cpu's again", said)
    assert "  8. " not in said.splitlines()[-1]
    assert left(process.pid) == []


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(start: Start, told: int) -> None:
    """In the middle of an installation, it stops at once and removes everything."""
    process = start()
    said = until(process, "installer: ")
    process.send_signal(told)
    rest, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130, said + rest
    assert "everything was stopped and removed" in rest
    assert left(process.pid) == []


def test_without_root(start: Start) -> None:
    """Somebody else is told in one line what is missing, and sees the seed's side."""
    process = start("unshare", "--user", "--map-user=1000")
    said = until(process, "Enable: ")

    assert "no node can be shown here (nodes need root" in said
