# SPDX-License-Identifier: Apache-2.0
"""`release`: what counts as pinned, and how it ends. Real containers are in test/integration."""

import argparse
import io
from pathlib import Path

import pytest
from unit.resmgr.effects import knobs
from unit.resmgr.runtime import answers

from ctl import release
from resmgr.control.cpu.limits import Limit
from resmgr.cri import api_pb2
from resmgr.effects.frequencies import Frequencies
from resmgr.model import Container, ContainerState, LinuxResources
from resmgr.runtime import caller

FREE = LinuxResources(cpuset_cpus=0b1111, cpuset_mems=0b11)


def machine(folder: Path, cpus: str = "0-3", mems: str | None = "0-1") -> Path:
    """A sysfs of a machine."""
    for path, text in {"cpu/online": cpus, "node/has_memory": mems}.items():
        if text is not None:
            file = folder / "devices/system" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text}\n")
    return folder


@pytest.mark.parametrize(
    ("cpus", "mems", "state", "is_pinned"),
    [
        (0, 0, ContainerState.RUNNING, False),
        (0b1111, 0b11, ContainerState.RUNNING, False),
        (0b11111, 0, ContainerState.RUNNING, False),
        (0b0111, 0, ContainerState.RUNNING, True),
        (0b0111, 0, ContainerState.CREATED, True),
        (0b0111, 0, ContainerState.EXITED, False),
        (0b1111, 0b01, ContainerState.RUNNING, True),
    ],
)
def test_what_is_pinned(cpus: int, mems: int, state: ContainerState, *, is_pinned: bool) -> None:
    """Whoever may not use all that there is, and lives. CPUs that have gone do not count."""
    linux = LinuxResources(cpuset_cpus=cpus, cpuset_mems=mems)
    one = Container("pod:name", "pod", "name", id="1", state=state, linux=linux)

    assert release.pinned([one], FREE) == ([one] if is_pinned else [])


@pytest.mark.parametrize(("mems", "nodes"), [("0-1", 0b11), ("1", 0b10), (None, 1)])
def test_what_there_is(tmp_path: Path, mems: str | None, nodes: int) -> None:
    """Online CPUs, and nodes that have memory; a kernel without NUMA has one."""
    found = release.whole(machine(tmp_path, mems=mems))

    assert found == LinuxResources(cpuset_cpus=0b1111, cpuset_mems=nodes)


def look(*words: str) -> tuple[int, str, str]:
    """Run the command; give status, standard output and standard error."""
    command = argparse.ArgumentParser()
    release.add_arguments(command)
    out, err = io.StringIO(), io.StringIO()
    return release.run(command.parse_args(words), out, err), out.getvalue(), err.getvalue()


def test_a_runtime_that_is_away(tmp_path: Path) -> None:
    """Status 3 and a line: it is to be tried again."""
    status, out, err = look(
        f"--sysfs={machine(tmp_path)}", f"--runtime={tmp_path / 'none'}", "--timeout=5"
    )

    assert (status, out) == (3, "")
    assert err.startswith("the runtime does not answer: ")
    assert err.count("\n") == 1


def test_frequencies_are_as_they_were_found(tmp_path: Path) -> None:
    """Also while the runtime is away, and whichever way the daemon has ended."""
    knobs.make(tmp_path)
    limits = {"cpu0/cpufreq": Limit(knobs.core(0), 0, 1_000_000)}
    Frequencies(tmp_path, tmp_path).apply(limits)
    before = knobs.shown(tmp_path, "cpu0/cpufreq")
    status, _, _ = look(
        f"--sysfs={machine(tmp_path / 'sys')}",
        f"--data={tmp_path}",
        f"--runtime={tmp_path / 'none'}",
        "--timeout=5",
    )

    assert status == 3
    assert before == (800_000, 1_000_000)
    assert knobs.shown(tmp_path, "cpu0/cpufreq") == (800_000, 3_000_000)


def test_a_frequency_that_cannot_be_set_back_is_told(tmp_path: Path) -> None:
    """Somebody has to look at the node."""
    knobs.make(tmp_path)
    limits = {"cpu0/cpufreq": Limit(knobs.core(0), 0, 1_000_000)}
    Frequencies(tmp_path, tmp_path).apply(limits)
    (tmp_path / "sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq").write_text("?")
    _, _, err = look(
        f"--sysfs={machine(tmp_path / 'sys')}",
        f"--data={tmp_path}",
        f"--runtime={tmp_path / 'none'}",
        "--timeout=5",
    )

    assert "cpu0/cpufreq/scaling_max_freq: '?' is no number" in err


def test_a_dry_run_leaves_frequencies(tmp_path: Path) -> None:
    """And says that they are not as they were found."""
    knobs.make(tmp_path)
    limits = {"cpu0/cpufreq": Limit(knobs.core(0), 0, 1_000_000)}
    Frequencies(tmp_path, tmp_path).apply(limits)
    _, _, err = look(
        "--dry-run",
        f"--sysfs={machine(tmp_path / 'sys')}",
        f"--data={tmp_path}",
        f"--runtime={tmp_path / 'none'}",
    )

    assert "frequencies of CPUs are not as they were found" in err
    assert knobs.shown(tmp_path, "cpu0/cpufreq") == (800_000, 1_000_000)


async def test_a_container_without_a_status_is_not_taken_for_free() -> None:
    """Nobody knows whether it is pinned, so that somebody has to look."""
    listed = api_pb2.Container(
        id="c1",
        pod_sandbox_id="p1",
        metadata=api_pb2.ContainerMetadata(name="main"),
        state=api_pb2.CONTAINER_RUNNING,
    )
    runtime = answers.Runtime(
        ListPodSandbox=api_pb2.ListPodSandboxResponse().SerializeToString(),
        ListContainers=api_pb2.ListContainersResponse(containers=[listed]).SerializeToString(),
    )
    done = await release.let_go(caller.Runtime(runtime), FREE, dry=True)

    assert (done.status, done.released) == (1, 0)
    assert done.detail.startswith("1 container is pinned: main (c1): ")
    assert "no c1" in done.detail


@pytest.mark.parametrize("cpus", ["", "nonsense"])
def test_a_machine_that_cannot_be_read(tmp_path: Path, cpus: str) -> None:
    """Nothing is set to what is not known."""
    folder = machine(tmp_path, cpus=cpus)
    status, _, err = look(f"--sysfs={folder}", f"--runtime={tmp_path / 'none'}")

    assert status == 1
    assert "cannot read which CPUs there are" in err
