# SPDX-License-Identifier: Apache-2.0
"""What has to be right before anything is started."""

import contextlib
import dataclasses
import socket
from pathlib import Path

import pytest
from unit.resmgr.daemon import fake_node
from unit.resmgr.sysfs import speeds as selects

from resmgr.daemon import prepare
from resmgr.daemon.command import flags
from resmgr.daemon.configuring.sources import Origin
from resmgr.daemon.prepare import CannotStart, Chosen
from resmgr.state.changes import PutConfig, PutPolicy
from resmgr.state.store import Store
from resmgr.sysfs import speedform, speeds


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A folder with the files of a machine."""
    fake_node.MACHINE.write(tmp_path / "root")
    return tmp_path


def ready(node: Path, held: contextlib.ExitStack, *more: str) -> Chosen:
    """Prepare a daemon; give the configuration that was chosen."""
    return prepared(node, held, *more)[1]


def prepared(node: Path, held: contextlib.ExitStack, *more: str) -> tuple[prepare.Prepared, Chosen]:
    """Prepare a daemon."""
    words = [
        f"--sysfs-root={node / 'root'}",
        f"--relay-dir={node / 'state'}",
        f"--relay-socket={node / 'relay.sock'}",
        f"--config-socket={node / 'config.sock'}",
        f"--pid-file={node / 'pid'}",
        *more,
    ]
    options = flags.read(words, {}, uid=0)
    return prepare.prepare(options, held, pid=4711, now=lambda: 0.0)


def refused(node: Path, *more: str) -> str:
    """Give why a daemon cannot start."""
    with contextlib.ExitStack() as held, pytest.raises(CannotStart) as caught:
        ready(node, held, *more)
    return str(caught.value)


def test_without_anything_the_policy_none_is_made(node: Path) -> None:
    """The PID file is held until the end."""
    with contextlib.ExitStack() as held:
        chosen = ready(node, held)
        pid = (node / "pid").read_text()

    assert chosen.policy.name == "none"
    assert chosen.source.origin is Origin.NOTHING
    assert pid == "4711\n"
    assert not (node / "pid").exists()


def test_two_daemons_are_refused(node: Path) -> None:
    """By the PID file, by the state folder, and by the socket, whichever they share."""
    with contextlib.ExitStack() as held:
        ready(node, held)
        by_pid = refused(node)
        by_state = refused(node, f"--pid-file={node / 'other'}")
    with socket.socket(socket.AF_UNIX) as serving:
        serving.bind(str(node / "relay.sock"))
        serving.listen()
        by_socket = refused(node)

    assert "already running as pid 4711" in by_pid
    assert "another process keeps its state there" in by_state
    assert "somebody listens there already" in by_socket


@pytest.mark.parametrize("name", ["relay-socket", "config-socket"])
def test_what_is_in_the_place_of_a_socket_ends_the_start(node: Path, name: str) -> None:
    """It is told which flag names another place."""
    path = node / "precious"
    path.write_text("")
    message = refused(node, f"--{name}={path}")

    assert message == (
        f"cannot serve {path}: a file is there, which is no socket; move it away,"
        f" or name another socket with --{name}"
    )


def test_a_socket_that_will_not_be_made_is_not_looked_at(node: Path) -> None:
    """The node agent is not listened to where nobody wants it."""
    with contextlib.ExitStack() as held:
        assert ready(node, held, "--config-socket=disabled").policy.name == "none"


def test_what_counts_without_a_node_agent(node: Path) -> None:
    """The fallback if there is one, else the defaults; never what the agent gave last."""
    (node / "config").write_text("policy: {Active: none}")
    found = []
    for more in ((), (f"--fallback-config={node / 'config'}",)):
        with contextlib.ExitStack() as held:
            found.append(prepared(node, held, *more)[0].below())

    assert [(one.origin, one.name) for one in found] == [
        (Origin.NOTHING, ""),
        (Origin.FALLBACK, str(node / "config")),
    ]


def test_a_refused_start_gives_back_what_it_took(node: Path) -> None:
    """The next one can have it."""
    refused(node, "--force-config=/nope")
    with contextlib.ExitStack() as held:
        assert ready(node, held).policy.name == "none"


def test_a_machine_that_cannot_be_read_ends_the_start(node: Path) -> None:
    """With the folder."""
    assert "cannot find a CPU in" in refused(node, f"--sysfs-root={node / 'nowhere'}")


def test_speed_select_that_cannot_be_read_does_not_end_the_start(node: Path) -> None:
    """It is one warning, and the machine goes without."""
    (node / "root" / speeds.RECORD).write_text("{", encoding="ascii")
    with contextlib.ExitStack() as held:
        found, _ = prepared(node, held)

    cause = f"cannot read {node}/root/sys/speed-select.json: it is no JSON"
    assert [warning.partition(";")[0] for warning in found.warnings].count(cause) == 1
    assert found.machine.packages[0].speed_select is None


def test_speed_select_of_a_record_is_the_machines(node: Path) -> None:
    """A daemon that runs on a record decides as the machine of the record would."""
    machine = fake_node.MACHINE.machine()
    told = selects.example(machine.packages[0].cpus)
    package = dataclasses.replace(machine.packages[0], speed_select=told)
    content = speedform.text({0: package})
    (node / "root" / speeds.RECORD).write_text(content, encoding="ascii")
    with contextlib.ExitStack() as held:
        found, _ = prepared(node, held)

    assert found.machine.packages[0].speed_select == told


def test_a_folder_that_others_may_write_to_is_refused(node: Path) -> None:
    """With what to do."""
    (node / "state").mkdir()
    (node / "state").chmod(0o777)

    assert "chmod go-w" in refused(node)


def test_a_bad_configuration_ends_the_start_with_every_problem(node: Path) -> None:
    """In one message."""
    path = node / "config"
    path.write_text("policy: {Actve: x}\nlogger: {Debg: y}", encoding="utf-8")
    message = refused(node, f"--fallback-config={path}")

    assert "policy.Actve: unknown key, did you mean Active" in message
    assert "logger.Debg: unknown key, did you mean Debug" in message


def test_a_policy_that_the_machine_refuses_ends_the_start(node: Path) -> None:
    """The configuration is right, but there is no such CPU."""
    path = node / "config"
    path.write_text(
        "policy: {Active: static, ReservedResources: {CPU: 'cpuset:99'}}", encoding="utf-8"
    )

    assert "fallback configuration" in refused(node, f"--fallback-config={path}")


def test_what_the_agent_gave_last_counts(node: Path) -> None:
    """Above the fallback, which is there for a later choice."""
    with Store.open(node / "state", now=lambda: 0.0) as store:
        store.write([PutConfig({"logger": "Debug: policy"})])
    with contextlib.ExitStack() as held:
        chosen = ready(node, held)

    assert chosen.source.origin is Origin.KEPT
    assert [source.origin for source in chosen.later] == [Origin.NOTHING]


def test_another_policy_than_before_can_be_forbidden(node: Path) -> None:
    """With the way out."""
    with Store.open(node / "state", now=lambda: 0.0) as store:
        store.write([PutPolicy("static", {})])
    message = refused(node, "--disable-policy-switch")

    assert "cannot load cache with policy static for active policy none" in message
    assert "--reset-policy" in message


def test_a_policy_that_marks_its_node_needs_the_node_agent(node: Path) -> None:
    """It is no use without one."""
    (node / "force.cfg").write_text(
        "policy: {Active: static-pools, static-pools: {pools: {shared: {cpuLists: [{Cpuset: 0}]}}}}"
    )
    forced = ("--force-config", str(node / "force.cfg"))

    assert "cri-resmgr-agent connection required" in refused(
        node, *forced, "--agent-socket=disabled"
    )
    with contextlib.ExitStack() as held:
        assert ready(node, held, *forced).policy.name == "static-pools"
