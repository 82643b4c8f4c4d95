# SPDX-License-Identifier: Apache-2.0
"""`diff --against` a folder; a seed is for the integration tests."""

import collections.abc
import pathlib

import click.testing
import pytest

from controller.cli import diff, program

Call = collections.abc.Callable[..., click.testing.Result]
CONFIG = 'configs: {default: "policy:\\n  Active: none\\n"}'


@pytest.fixture
def folder(call: Call, tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder that holds what a shoot gets that says nothing."""
    call("render", "-o", tmp_path / "out")
    return tmp_path / "out"


def test_no_difference(call: Call, folder: pathlib.Path) -> None:
    """Status 0, and nothing on standard output."""
    result = call("diff", "--against", folder)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no difference\n")


def test_difference(call: Call, folder: pathlib.Path) -> None:
    """Status 1 and a unified diff by object."""
    result = call("diff", "-", "--against", folder, stdin="nodeSelector: {some: label}")

    assert result.exit_code == program.PROBLEM
    assert "--- there: DaemonSet/cri-resmgr-installation" in result.stdout
    assert "+++ wanted: DaemonSet/cri-resmgr-installation" in result.stdout
    assert '+        - --selection={"nodeSelector":{"some":"label"}' in result.stdout


def test_object_too_few(call: Call, folder: pathlib.Path) -> None:
    """What is wanted and not there is added as a whole."""
    result = call("diff", "-", "--against", folder, stdin=CONFIG)

    assert result.exit_code == program.PROBLEM
    assert result.stdout.startswith(
        "--- /dev/null\n+++ wanted: ConfigMap/cri-resmgr-config.default\n"
    )
    assert "Active: none" in result.stdout


def test_object_too_much(call: Call, folder: pathlib.Path) -> None:
    """What is there and not wanted is removed as a whole."""
    (folder / "more.yaml").write_text("kind: Secret\nmetadata: {name: x}\n")

    result = call("diff", "--against", folder)

    assert result.exit_code == program.PROBLEM
    assert result.stdout.startswith("--- there: Secret/x\n+++ /dev/null\n")


def test_spelling_is_no_difference(call: Call, folder: pathlib.Path) -> None:
    """Objects are compared, not texts."""
    for path in folder.glob("*.yaml"):
        path.write_text("# a comment\n" + path.read_text())

    assert call("diff", "--against", folder).exit_code == 0


def test_operator_configs(call: Call, folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """They count as for render."""
    file = tmp_path / "operator.yaml"
    file.write_text(CONFIG.removeprefix("configs: "))

    result = call("diff", "--operator-configs", file, "--against", folder)

    assert result.exit_code == program.PROBLEM
    assert "Active: none" in result.stdout


@pytest.mark.parametrize("text", ["a: [", "just text", "kind: Secret"])
def test_folder_of_something_else(call: Call, folder: pathlib.Path, text: str) -> None:
    """It cannot be compared with; the message tells who writes such folders."""
    (folder / "more.yaml").write_text(text)

    result = call("diff", "--against", folder)

    assert result.exit_code == program.UNREACHABLE
    assert f"cannot read {folder}: " in result.stderr
    assert "render -o" in result.stderr


def test_wrong_file(call: Call, folder: pathlib.Path) -> None:
    """Problems have a line each, as for render."""
    result = call("diff", "-", "--against", folder, stdin="nodeSelectr: {}")

    assert result.exit_code == program.PROBLEM
    assert result.stdout == ""
    assert "  providerConfig.nodeSelectr: unknown key" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["-n", "x", "--against", "."], ["--against", "no"]])
def test_wrong_usage(call: Call, arguments: list[str]) -> None:
    """One thing to compare with, and one that is there."""
    assert call("diff", *arguments).exit_code == program.USAGE


def test_no_way_to_a_seed(call: Call) -> None:
    """The message tells what to give."""
    result = call("diff", "--namespace", "shoot--x--y")

    assert result.exit_code == program.UNREACHABLE
    assert "--kubeconfig" in result.stderr


def test_seed_that_does_not_answer(call: Call, tmp_path: pathlib.Path) -> None:
    """The message names what could not be read."""
    file = tmp_path / "kubeconfig"
    file.write_text(
        "{current-context: x, contexts: [{name: x, context: {cluster: x, user: x}}],"
        "clusters: [{name: x, cluster: {server: 'http://127.0.0.1:1'}}],"
        "users: [{name: x, user: {token: t}}]}"
    )

    result = call("diff", "--namespace", "shoot--x--y", "--kubeconfig", file)

    assert result.exit_code == program.UNREACHABLE
    assert "cannot get /apis/extensions.gardener.cloud" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_texts_are_compared_line_by_line() -> None:
    """A text of several lines is no long line with escapes."""
    found = diff.objects(b'{kind: X, metadata: {name: a}, data: {b: "c\\nd: e\\n"}}')

    assert found["X/a"].startswith("data:\n  b: |\n    c\n    d: e\n")


def test_objects_of_a_stream() -> None:
    """By kind and name, with sorted keys; empty documents do not count."""
    found = diff.objects(b"---\n---\nmetadata: {name: a}\nkind: X\n")

    assert found == {"X/a": "kind: X\nmetadata:\n  name: a\n"}
