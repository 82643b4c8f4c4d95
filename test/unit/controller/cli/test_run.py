# SPDX-License-Identifier: Apache-2.0
"""`run`: flags, and how it ends when it cannot begin. What it does once it runs is for the
integration tests.
"""

import asyncio
import collections.abc
import json
import pathlib
import socket
import subprocess

import click
import click.testing
import pytest

from controller import durations, logs, names, probes
from controller.cli import program, run

Call = collections.abc.Callable[..., click.testing.Result]
Start = collections.abc.Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kubeconfig(tmp_path: pathlib.Path) -> pathlib.Path:
    """A way to a server that is not there."""
    file = tmp_path / "kubeconfig"
    file.write_text(
        "{current-context: x, contexts: [{name: x, context: {cluster: x, user: x}}],"
        "clusters: [{name: x, cluster: {server: 'http://127.0.0.1:1'}}],"
        "users: [{name: x, user: {token: t}}]}"
    )
    return file


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Give the messages of level error; every line of the log is JSON."""
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    return [line["msg"] for line in lines if line["level"] == "error"]


def parsed(*arguments: str) -> dict[str, object]:
    """Give the values that the command gets for arguments."""
    return run.command.make_context("run", list(arguments)).params


def test_defaults() -> None:
    """Those of Gardener's library (5.3, 5.5, 5.6)."""
    flags = parsed()

    assert flags["leader_election"] is True
    assert flags["leader_election_id"] == names.LEADER_ELECTION_LEASE
    assert flags["leader_election_lease_duration"] == durations.parse("15s")
    assert flags["leader_election_renew_deadline"] == durations.parse("10s")
    assert flags["leader_election_retry_period"] == durations.parse("2s")
    assert flags["metrics_bind_address"] == probes.parse_address(":8080")
    assert flags["health_bind_address"] == probes.parse_address(":8081")
    assert flags["heartbeat_renew_interval_seconds"] == 30


def test_addresses_can_be_none() -> None:
    """`0` switches a server off, as in controller-runtime."""
    assert parsed("--metrics-bind-address=0")["metrics_bind_address"] is None


@pytest.mark.parametrize("level", logs.LEVELS)
def test_log_levels(level: str) -> None:
    """Every level of the log is one of the flag."""
    assert parsed("--log-level", level)["log_level"] == level


@pytest.mark.parametrize(
    "argument",
    [
        "--leader-election-lease-duration=soon",
        "--health-bind-address=8080",
        "--max-concurrent-reconciles=0",
        "--leader-election-resource-lock=configmaps",
        "--config=nowhere.yaml",
    ],
)
def test_wrong_usage(call: Call, argument: str) -> None:
    """The message names the flag."""
    result = call("run", argument)

    assert result.exit_code == program.USAGE
    assert argument.partition("=")[0] in result.stderr


def test_times_that_do_not_fit(start: Start, kubeconfig: pathlib.Path) -> None:
    """A deadline for renewing that is longer than the Lease is wrong usage."""
    done = start("run", "--kubeconfig", kubeconfig, "--leader-election-renew-deadline=20s")

    assert done.returncode == program.USAGE
    assert "Traceback" not in done.stderr


def test_outside_of_a_pod(start: Start) -> None:
    """Without a kubeconfig there is no way to a server; one line says what to give."""
    done = start("run")

    (message,) = errors(done)
    assert done.returncode == program.UNREACHABLE
    assert message.startswith("cannot find the API server: ")
    assert "--kubeconfig FILE" in message


def test_wrong_kubeconfig(start: Start, tmp_path: pathlib.Path) -> None:
    """One line says what is wrong with it."""
    file = tmp_path / "kubeconfig"
    file.write_text("current-context: x\n")

    done = start("run", "--kubeconfig", file)

    (message,) = errors(done)
    assert done.returncode == program.UNREACHABLE
    assert message.startswith("cannot read kubeconfig: 'contexts' is missing; hint: ")


def test_wrong_configuration(
    start: Start, kubeconfig: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """One line for each problem, with its path and what may have been meant."""
    file = tmp_path / "config.yaml"
    file.write_text(
        "apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1alpha1\nkind: Configuration\n"
        "resyncPeriode: 1h\ncleanup: {timeout: 30}\n"
    )

    done = start("run", "--kubeconfig", kubeconfig, "--config", file)

    begin = "cannot use the configuration: "
    assert done.returncode == program.PROBLEM
    assert errors(done) == [
        f"{begin}resyncPeriode: unknown key, did you mean resyncPeriod",
        f"{begin}cleanup.timeout: must be a duration like 30s, is a number, write 30s",
    ]


def test_configuration_that_is_no_text(
    start: Start, kubeconfig: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """It is a wrong configuration, too."""
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xff")

    done = start("run", "--kubeconfig", kubeconfig, "--config", file)

    (message,) = errors(done)
    assert done.returncode == program.PROBLEM
    assert str(file) in message


def test_wrong_override(
    start: Start,
    kubeconfig: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """IMG-1: refused at the start, a line for each problem, with the value to change."""
    file = tmp_path / "images.yaml"
    file.write_text("images: [{name: a, tag: 1.0}, {}]")
    monkeypatch.setenv("IMAGEVECTOR_OVERWRITE", str(file))

    done = start("run", "--kubeconfig", kubeconfig)

    messages = errors(done)
    assert done.returncode == program.PROBLEM
    assert len(messages) == 2
    assert all(str(file) in each and "imageVectorOverwrite" in each for each in messages)


def test_override_in_vain(
    start: Start,
    kubeconfig: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is a line of level warning; here the start fails for another reason."""
    file = tmp_path / "images.yaml"
    file.write_text(f"images: [{{name: {names.IMAGE_AGENT}, ref: x, architectures: [arm64]}}]")
    monkeypatch.setenv("IMAGEVECTOR_OVERWRITE", str(file))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        done = start("run", "--kubeconfig", kubeconfig, f"--health-bind-address={address}")

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    (warning,) = [line["msg"] for line in lines if line["level"] == "warning"]
    assert warning.startswith(f"image vector: {file}: images[0]: ")


def test_taken_address(start: Start, kubeconfig: pathlib.Path) -> None:
    """One line names the address and the flags that change it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        done = start(
            "run",
            *("--kubeconfig", kubeconfig),
            *("--metrics-bind-address=0", f"--health-bind-address={address}"),
        )

    (message,) = errors(done)
    assert done.returncode == program.UNREACHABLE
    assert message.startswith("cannot listen: ")
    assert "--health-bind-address" in message


@pytest.mark.parametrize(
    ("more", "lines"), [({}, 1), ({"asyncgen": object()}, 0)], ids=["while it runs", "at its end"]
)
async def test_what_goes_wrong_in_the_loop(
    caplog: pytest.LogCaptureFixture, more: dict[str, object], lines: int
) -> None:
    """It is logged; that generators of kopf cannot be closed in order at the end is not."""
    run.complain(asyncio.get_running_loop(), {"message": "odd", **more})

    assert len(caplog.messages) == lines
