# SPDX-License-Identifier: Apache-2.0
"""`--check`: the start, short of its effects."""

import io
import socket
from pathlib import Path

import pytest
from unit.resmgr.daemon import fake_node

from resmgr.daemon import cli
from resmgr.model import Container, ContainerState, LinuxResources, Pod
from resmgr.state.changes import PutConfig, PutContainer, PutPod
from resmgr.state.store import Store

STATIC = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}}"


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A folder with the files of a machine."""
    fake_node.MACHINE.write(tmp_path / "root")
    return tmp_path


def check(node: Path, *words: str) -> tuple[int, str, str]:
    """Check a command line; give the exit code and what was printed."""
    out, err = io.StringIO(), io.StringIO()
    places = [
        f"--sysfs-root={node / 'root'}",
        f"--relay-dir={node / 'state'}",
        f"--relay-socket={node / 'relay.sock'}",
        f"--pid-file={node / 'pid'}",
    ]
    code = cli.run(["--check", *places, *words], {}, out, err)
    return code, out.getvalue(), err.getvalue()


def file(node: Path, text: str) -> str:
    """Write a configuration; give its name."""
    (node / "a.cfg").write_text(text, encoding="utf-8")
    return str(node / "a.cfg")


def test_a_right_configuration(node: Path) -> None:
    """One line tells how it would start, and nothing is left behind."""
    name = file(node, STATIC)
    before = sorted(node.iterdir())

    how = f"policy static by the forced configuration {name}; 0 containers remembered"

    assert check(node, f"--force-config={name}") == (0, f"it would start with {how}\n", "")
    assert sorted(node.iterdir()) == before


def test_a_wrong_one(node: Path) -> None:
    """All that is wrong is told, as the start would tell it."""
    code, out, err = check(node, f"--fallback-config={file(node, 'policy: {Actve: x, B: 1}')}")

    assert (code, out) == (1, "")
    assert err.startswith("cri-resmgr: cannot start: cannot use the fallback configuration")
    assert "Actve" in err
    assert "policy.B" in err


def test_one_that_does_not_fit_the_machine(node: Path) -> None:
    """The policy itself is made."""
    name = file(node, "policy: {Active: static, ReservedResources: {CPU: 'cpuset:999'}}")

    assert check(node, f"--force-config={name}")[0] == 1


def test_beside_a_daemon_at_work(node: Path) -> None:
    """It has the state and the socket; what it remembers counts, and stays."""
    linux = LinuxResources(shares=1024, quota=100_000, period=100_000)
    one = Container("u:main", "p", "main", id="c", state=ContainerState.RUNNING, linux=linux)
    with Store.open(node / "state", now=lambda: 0.0) as store, socket.socket(socket.AF_UNIX) as at:
        at.bind(str(node / "relay.sock"))
        at.listen()
        store.load()
        store.write([PutPod(Pod("p", "u", "web", "default")), PutContainer(one)])
        store.write([PutConfig({"policy": STATIC.removeprefix("policy: ")})])

        code, out, err = check(node)

    assert (code, err) == (0, "")
    assert out == (
        "it would start with policy static by the configuration that the node agent gave last;"
        " 1 container remembered\n"
    )


def test_what_would_be_warned_of(node: Path) -> None:
    """Goes to standard error, a line each."""
    code, _, err = check(node, f"--force-config={file(node, STATIC)}", "--vmodule=x")

    assert code == 0
    assert err.startswith("warning: flag --vmodule has no effect")


def test_a_state_folder_that_others_may_write_to(node: Path) -> None:
    """Is refused as the start would refuse it."""
    (node / "state").mkdir()
    (node / "state").chmod(0o777)
    code, out, err = check(node)

    assert (code, out) == (1, "")
    assert "cannot start: cannot use" in err
    assert "others may write to it (mode 0777)" in err


def test_a_state_folder_that_is_a_file(node: Path) -> None:
    """Nothing could be remembered there."""
    (node / "state").write_text("x")

    assert check(node)[0] == 1
