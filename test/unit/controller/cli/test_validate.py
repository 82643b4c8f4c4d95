# SPDX-License-Identifier: Apache-2.0
"""`validate`: answers and exit statuses."""

import collections.abc
import json
import pathlib

import click.testing
import pytest

from controller.cli import program

Call = collections.abc.Callable[..., click.testing.Result]
EXAMPLES = pathlib.Path(__file__).resolve().parents[4] / "examples"

WRONG = """
configs:
  default: "policy:\\n  Actve: none\\n"
nodeSelectr: {}
"""
DOUBTFUL = "configs:\n  default: |\n    policy:\n      Active: balloons\n"


@pytest.fixture
def write(tmp_path: pathlib.Path) -> collections.abc.Callable[[str, str], pathlib.Path]:
    """Give a function that writes a file."""

    def file(name: str, text: str) -> pathlib.Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return file


Write = collections.abc.Callable[[str, str], pathlib.Path]


def test_a_fine_file(call: Call) -> None:
    """Status 0, and a line that says so."""
    result = call("validate", EXAMPLES / "shoot.yaml")

    assert result.exit_code == 0
    assert result.stdout == "1 of 1 file is fine\n"


def test_all_examples(call: Call) -> None:
    """As the help shows it; what is of another kind is passed over with a note."""
    files = sorted(EXAMPLES.glob("*.yaml"))

    result = call("validate", *files)

    assert result.exit_code == 0
    assert "note: Adjustment web-more-memory is not judged" in result.stdout
    assert f"{len(files)} of {len(files)} files are fine" in result.stdout


def test_every_problem_has_its_line(call: Call, write: Write) -> None:
    """File, path, severity, message and hint."""
    path = write("wrong.yaml", WRONG)

    result = call("validate", path)

    assert result.exit_code == program.PROBLEM
    where = f"{path}: providerConfig"
    assert result.stdout.splitlines() == [
        f"{where}.configs.default.policy.Actve: error: unknown key, did you mean Active",
        f"{where}.nodeSelectr: error: unknown key, did you mean nodeSelector",
        "0 of 1 file is fine",
    ]


def test_json_is_for_programs(call: Call, write: Write) -> None:
    """The same findings as a list of objects."""
    path = write("wrong.yaml", WRONG)

    result = call("validate", "-o", "json", path)

    assert result.exit_code == program.PROBLEM
    assert json.loads(result.stdout)[1] == {
        "file": str(path),
        "severity": "error",
        "path": "providerConfig.nodeSelectr",
        "message": "unknown key",
        "hint": "did you mean nodeSelector",
    }


def test_json_of_nothing_is_a_list(call: Call) -> None:
    """A program reads the same form whatever the outcome."""
    assert json.loads(call("validate", "-o", "json", "-", stdin="").stdout) == []


def test_a_warning_is_no_problem(call: Call) -> None:
    """It is told, and the status stays 0."""
    result = call("validate", "-", stdin=DOUBTFUL)

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "-: providerConfig.configs.default.policy.ReservedResources: warning: "
    )


def test_standard_input(call: Call) -> None:
    """It is called `-` in the answer, too."""
    result = call("validate", "-", stdin=WRONG)

    assert result.exit_code == program.PROBLEM
    assert result.stdout.startswith("-: providerConfig.configs.default.policy.Actve: error: ")


def test_every_file_is_judged(call: Call, write: Write) -> None:
    """One that cannot be read does not keep the others from it, and decides the status."""
    good, bad = EXAMPLES / "shoot.yaml", write("wrong.yaml", WRONG)

    result = call("validate", "nowhere.yaml", good, bad)

    assert result.exit_code == program.UNREACHABLE
    assert "nowhere.yaml: error: cannot read the file: " in result.stdout
    assert f"{bad}: providerConfig.nodeSelectr: error" in result.stdout
    assert result.stdout.endswith("1 of 3 files are fine\n")


def test_bytes_that_are_no_text(call: Call) -> None:
    """A file of another encoding cannot be read, from standard input either."""
    result = call("validate", "-", stdin=b"a: \xff\n")

    assert result.exit_code == program.UNREACHABLE
    assert "-: error: cannot read the file: " in result.stdout


def test_a_bomb_is_refused(call: Call) -> None:
    """With fewer aliases than are accepted elsewhere, and without becoming data."""
    lines = ["l0: &l0 {a: b}"]
    lines += [f"l{n}: &l{n} {{<<: [{', '.join(9 * [f'*l{n - 1}'])}]}}" for n in range(1, 10)]

    result = call("validate", "-", stdin="\n".join(lines))

    assert result.exit_code == program.PROBLEM
    assert "with aliases followed" in result.stdout


def test_every_document_of_a_file_is_judged(call: Call) -> None:
    """Problems of all of them are told."""
    result = call("validate", "-", stdin=f"{WRONG}---\nworkerPool: []\n")

    assert result.exit_code == program.PROBLEM
    assert "nodeSelectr" in result.stdout
    assert (
        "providerConfig.workerPool: error: unknown key, did you mean workerPools" in result.stdout
    )


def test_no_file_is_wrong_usage(call: Call) -> None:
    """There is nothing to judge."""
    assert call("validate").exit_code == program.USAGE
