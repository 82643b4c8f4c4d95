# SPDX-License-Identifier: Apache-2.0
"""`reconcile`: sides that cannot be asked. Real containers are in test/integration."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from node import instant, pages

from ctl import exits, main
from resmgr.cri import api_pb2 as api
from resmgr.model import Container, ContainerState, LinuxResources, Pod
from resmgr.state.changes import PutContainer, PutPod
from resmgr.state.store import Store


@pytest.fixture
def served(tmp_path: Path) -> Iterator[instant.Runtime]:
    """A runtime that has nothing."""
    up, loop = threading.Event(), asyncio.new_event_loop()
    done = asyncio.Event()
    made: list[instant.Runtime] = []

    async def serve() -> None:
        async with instant.serving(tmp_path / "runtime.sock") as runtime:
            made.append(runtime)
            up.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    up.wait()
    yield made[0]
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


@pytest.fixture
def runtime(served: instant.Runtime, tmp_path: Path) -> Path:
    """Its socket."""
    del served
    return tmp_path / "runtime.sock"


def remember(folder: Path) -> None:
    """Have a daemon remember a container with CPU 1."""
    linux = LinuxResources(cpuset_cpus=0b10)
    one = Container("u:main", "p", "main", id="c1", state=ContainerState.RUNNING, linux=linux)
    with Store.open(folder, now=lambda: 0.0) as store:
        store.load()
        store.write([PutPod(Pod("p", "u", "web", "default")), PutContainer(one)])


def reconcile(root: Path, runtime: Path, *words: str) -> int:
    """Run it on a node below a root; nobody serves the relay."""
    sockets = (f"--relay={root / 'relay.sock'}", f"--socket={root / 'pages.sock'}")
    places = (f"--sysfs-root={root}", "--relay-dir=/state", *sockets)
    return main.main(["reconcile", *places, f"--runtime={runtime}", *words])


def test_one_that_lingers_is_told_with_the_remedy(
    tmp_path: Path, runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --dry-run, that is the command without it."""
    remember(tmp_path / "state")

    assert reconcile(tmp_path, runtime, "--dry-run") == exits.PROBLEM
    printed = capsys.readouterr().out
    assert "default/web:main  lingers  -       the runtime does not have it" in printed
    assert "hint: cri-resmgrctl reconcile\n" in printed


def test_what_cannot_be_mended_is_told_with_the_reason(
    tmp_path: Path, runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a relay nobody can show its daemon anything."""
    remember(tmp_path / "state")

    assert reconcile(tmp_path, runtime) == exits.PROBLEM
    printed = capsys.readouterr().out
    assert "the relay does not answer: cannot reach the relay" in printed
    assert "hint: systemctl restart cri-resource-manager.service" in printed


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ({"state": "starting", "doing": "asking"}, "the daemon has not started yet"),
        (
            {"state": "running", "store": {"pending": 2, "failures": 9}},
            "the daemon could not write 2 of its decisions, so its state is old",
        ),
    ],
)
def test_a_state_that_the_daemon_does_not_go_by(
    tmp_path: Path,
    runtime: Path,
    capsys: pytest.CaptureFixture[str],
    page: dict[str, object],
    why: str,
) -> None:
    """What was decided long ago would undo what was decided since."""
    remember(tmp_path / "state")
    with pages.served(tmp_path / "pages.sock", {"/status": json.dumps(page)}):
        status = reconcile(tmp_path, runtime)

    assert status == exits.UNREACHABLE
    assert f"cannot reconcile: {why}" in capsys.readouterr().err


def test_a_state_that_is_written(
    tmp_path: Path, runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is compared, however often writing failed before."""
    remember(tmp_path / "state")
    page = {"state": "running", "store": {"pending": 0, "failures": 9}}
    with pages.served(tmp_path / "pages.sock", {"/status": json.dumps(page)}):
        status = reconcile(tmp_path, runtime, "--dry-run")

    assert status == exits.PROBLEM
    assert "lingers" in capsys.readouterr().out


def test_what_nobody_tells_of(
    tmp_path: Path,
    served: instant.Runtime,
    runtime: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Is not taken for compared: what is not told is no sign that all is well."""
    remember(tmp_path / "state")
    served.containers["c1"] = api.Container(
        id="c1", pod_sandbox_id="p", state=api.CONTAINER_RUNNING
    )
    served.resources["c1"] = api.LinuxContainerResources()

    assert reconcile(tmp_path, runtime, "--dry-run") == exits.FINE
    printed = capsys.readouterr()
    assert printed.out == "no difference: 0 containers compared\n"
    assert "note: not compared: container c1: neither kernel nor runtime" in printed.err


def test_without_a_state(tmp_path: Path, runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to compare with."""
    assert reconcile(tmp_path, runtime) == exits.UNREACHABLE
    assert "cannot reconcile: cannot read" in capsys.readouterr().err


def test_without_a_runtime(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told, with what to look at."""
    assert reconcile(tmp_path, tmp_path / "nobody") == exits.UNREACHABLE
    told = capsys.readouterr().err
    assert "cannot reconcile: the runtime does not answer" in told
    assert "hint: systemctl status" in told
