# SPDX-License-Identifier: Apache-2.0
"""`render`: what is taken, printed, written and refused."""

import collections.abc
import pathlib
import typing

import click.testing
import pytest
import yaml

from controller import imagevector, names
from controller.cli import program, render

Call = collections.abc.Callable[..., click.testing.Result]
Object: typing.TypeAlias = dict[str, typing.Any]
EXAMPLES = pathlib.Path(__file__).resolve().parents[4] / "examples"
TEXT = "policy:\n  Active: none\n"
CONFIG = f"configs: {{default: {TEXT!r}}}".replace("'", '"')
EXTENSION = f"type: {names.EXTENSION_TYPE}, providerConfig: {{{CONFIG}}}"
SHOOT = "kubernetes: {version: 1.34.0}, provider: {workers: [{name: worker}]}"
WRONG = "configs: {defautl: ''}\nnodeSelectr: {}\n"


def objects(stream: str) -> dict[str, Object]:
    """Give the objects of a stream by kind and name."""
    documents = yaml.safe_load_all(stream)
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in documents}


def installation(stream: str) -> Object:
    """Give the only container of the installation's DaemonSet."""
    daemon_set = objects(stream)["DaemonSet/cri-resmgr-installation"]
    (container,) = daemon_set["spec"]["template"]["spec"]["containers"]
    return typing.cast("Object", container)


def test_without_a_file(call: Call) -> None:
    """What a shoot gets that says nothing: the same as for an empty file and an empty input."""
    result = call("render")

    assert result.exit_code == 0
    assert "DaemonSet/cri-resmgr-installation" in objects(result.stdout)
    assert call("render", "-", stdin="").stdout == result.stdout


@pytest.mark.parametrize(
    "text",
    [
        CONFIG,
        f"kind: Extension\nspec: {{{EXTENSION}}}",
        f"kind: Shoot\nspec: {{{SHOOT}, extensions: [{{{EXTENSION}}}]}}",
    ],
    ids=["providerConfig", "Extension", "Shoot"],
)
def test_forms(call: Call, text: str) -> None:
    """A providerConfig is found wherever it stands, and gives the same."""
    result = call("render", "-", stdin=text)

    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == call("render", "-", stdin=CONFIG).stdout
    assert result.stdout != call("render").stdout


def test_a_file(call: Call) -> None:
    """An argument is the path of a file."""
    text = (EXAMPLES / "shoot.yaml").read_text()

    result = call("render", EXAMPLES / "shoot.yaml")

    assert result.exit_code == 0
    assert result.stdout == call("render", "-", stdin=text).stdout


def test_cleanup(call: Call) -> None:
    """The phase decides what the pods do; configurations do not matter any more."""
    result = call("render", "-", "--phase=cleanup", stdin=CONFIG)

    assert "--remove" in installation(result.stdout)["args"]
    assert "--remove" not in installation(call("render").stdout).get("args", [])
    assert result.stdout == call("render", "--phase=cleanup").stdout


def test_agent(call: Call) -> None:
    """Its manifests are there unless somebody does not want them."""
    key = "DaemonSet/cri-resmgr-agent"

    assert key in objects(call("render").stdout)
    assert key not in objects(call("render", "--no-agent").stdout)


def test_image(call: Call) -> None:
    """A reference for one image, for all versions and architectures."""
    result = call("render", "--image", f"{names.IMAGE_INSTALLATION}=host:5000/x@sha256:0")

    assert installation(result.stdout)["image"] == "host:5000/x@sha256:0"


@pytest.mark.parametrize("image", ["x", "x=", "nobody=host/x", f"{names.IMAGE_AGENT}="])
def test_wrong_image(call: Call, image: str) -> None:
    """A name without a reference, or one that no manifest asks for."""
    result = call("render", "--image", image)

    assert result.exit_code == program.USAGE
    assert f"--image {image.partition('=')[0]}" in result.stderr


def test_replaced_keeps_the_others() -> None:
    """Only the named image changes."""
    vector = imagevector.parse("images: [{name: a, ref: one}, {name: b, ref: two}]")

    replaced = render.replaced(vector, "a", "it's\\x")

    assert replaced.find("a") == "it's\\x"
    assert replaced.find("b") == "two"


def test_version_without_image(call: Call) -> None:
    """A version that no image is for is a problem, in one sentence."""
    result = call("render", "--kubernetes-version=1.20.0")

    assert result.exit_code == program.PROBLEM
    assert "1.20.0" in result.stderr


def test_folder_holds_the_parts_of_the_stream(call: Call, tmp_path: pathlib.Path) -> None:
    """Byte for byte, in the order of the names; the names are told."""
    folder = tmp_path / "a" / "b"

    result = call("render", "-o", folder)

    files = sorted(folder.iterdir())
    parts = [path.read_bytes().strip(b"\n") for path in files]
    assert result.stdout == ""
    assert result.stderr.splitlines() == [str(path) for path in files]
    assert b"---\n" + b"\n---\n".join(parts) + b"\n" == call("render").stdout_bytes


def test_folder_is_written_again(call: Call, tmp_path: pathlib.Path) -> None:
    """The files of an earlier time are replaced, and foreign files that are no YAML stay."""
    (tmp_path / "README.md").write_text("mine")
    call("render", "-o", tmp_path)

    result = call("render", "-", "-o", tmp_path, stdin=CONFIG)

    assert result.exit_code == 0
    assert "Active: none" in "".join(path.read_text() for path in tmp_path.glob("*.yaml"))


def test_folder_with_others(call: Call, tmp_path: pathlib.Path) -> None:
    """Stale manifests would be taken for rendered ones, so nothing is written."""
    call("render", "-o", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    result = call("render", "--no-agent", "-o", tmp_path)

    assert result.exit_code == program.PROBLEM
    assert "daemonset-agent.yaml" in result.stderr
    assert "--force" in result.stderr
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_folder_with_others_by_force(call: Call, tmp_path: pathlib.Path) -> None:
    """They stay when the person says so."""
    (tmp_path / "mine.yaml").write_text("a: 1\n")

    result = call("render", "--force", "-o", tmp_path)

    assert result.exit_code == 0
    assert (tmp_path / "mine.yaml").read_text() == "a: 1\n"


def test_folder_that_cannot_be(call: Call, tmp_path: pathlib.Path) -> None:
    """No traceback of the system's error."""
    (tmp_path / "file").write_text("")

    result = call("render", "-o", tmp_path / "file" / "folder")

    assert result.exit_code == program.PROBLEM
    assert "cannot write to" in result.stderr


def test_problems_have_a_line_each(call: Call) -> None:
    """All at once, with paths and hints."""
    result = call("render", "-", stdin=WRONG)

    assert result.exit_code == program.PROBLEM
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Error: cannot use the providerConfig:",
        "  providerConfig.configs.defautl: unknown TYPE, did you mean default",
        "  providerConfig.nodeSelectr: unknown key, did you mean nodeSelector",
    ]


def test_warnings_do_not_get_into_the_stream(call: Call) -> None:
    """They go to standard error."""
    result = call("render", "-", stdin="configs: {default: 'policy: {Active: balloons}'}")

    assert result.exit_code == 0
    assert result.stderr.startswith("warning: providerConfig.configs.default")
    assert objects(result.stdout)


@pytest.mark.parametrize(
    ("stdin", "status", "message"),
    [
        pytest.param("a: [", program.PROBLEM, "cannot read YAML", id="no YAML"),
        pytest.param("kind: Shoot\nspec: {}", program.PROBLEM, "cannot read", id="half a Shoot"),
        pytest.param(b"a: \xff", program.UNREACHABLE, "cannot read <stdin>", id="no text"),
    ],
)
def test_unreadable_input(call: Call, stdin: str | bytes, status: int, message: str) -> None:
    """One line names what was read."""
    result = call("render", "-", stdin=stdin)

    assert result.exit_code == status
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [["nowhere.yaml"], ["--phase=other"], ["--operator-configs=nowhere.yaml"]]
)
def test_wrong_usage(call: Call, arguments: list[str]) -> None:
    """Files that are not there and words that are not known."""
    assert call("render", *arguments).exit_code == program.USAGE


@pytest.mark.parametrize(
    "text",
    [
        CONFIG.removeprefix("configs: "),
        f"kind: ConfigMap\nmetadata: {{name: {names.OPERATOR_CONFIGS}}}\ndata: {CONFIG[9:]}",
        f"kind: ControllerDeployment\nhelm: {{values: {{{CONFIG}}}}}",
    ],
    ids=["mapping", "ConfigMap", "ControllerDeployment"],
)
def test_operator_configs(call: Call, tmp_path: pathlib.Path, text: str) -> None:
    """The operator's configs reach the nodes of a shoot that says nothing."""
    file = tmp_path / "operator.yaml"
    file.write_text(text)

    result = call("render", "--operator-configs", file)

    assert result.exit_code == 0
    assert "Active: none" in result.stdout


def test_wrong_operator_configs(call: Call, tmp_path: pathlib.Path) -> None:
    """They are judged like a shoot's."""
    file = tmp_path / "operator.yaml"
    file.write_text("defautl: ''\n")

    result = call("render", "--operator-configs", file)

    assert result.exit_code == program.PROBLEM
    assert result.stderr.splitlines() == [
        f"Error: cannot use {file}:",
        "  defautl: unknown TYPE, did you mean default",
    ]


def test_no_operator_configs_in_the_file(call: Call) -> None:
    """A Shoot is none, so it is not taken for empty ones."""
    result = call("render", "--operator-configs", EXAMPLES / "shoot.yaml")

    assert result.exit_code == program.PROBLEM
    assert "no mapping of TYPE to text" in result.stderr


def test_override_of_the_environment(
    call: Call, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image vector is the controller's, with its override and what is in vain in it."""
    file = tmp_path / "images.yaml"
    file.write_text(
        f"images: [{{name: {names.IMAGE_INSTALLATION}, repository: mine, tag: v1}},"
        f"{{name: {names.IMAGE_AGENT}, ref: x, architectures: [amd64]}}]"
    )
    monkeypatch.setenv("IMAGEVECTOR_OVERWRITE", str(file))

    result = call("render")

    assert installation(result.stdout)["image"] == "mine:v1"
    assert result.stderr.startswith(f"warning: {file}: images[1]: {names.IMAGE_AGENT} changes")


def test_wrong_override_of_the_environment(
    call: Call, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each problem has its line."""
    file = tmp_path / "images.yaml"
    file.write_text("images: [{name: a, tag: 1.0}, {}]")
    monkeypatch.setenv("IMAGEVECTOR_OVERWRITE", str(file))

    result = call("render")

    assert result.exit_code == program.PROBLEM
    assert result.stderr.splitlines() == [
        f"Error: cannot use image vector {file}:",
        "  images[0].tag: must be text, is a number, put it in quotes",
        "  images[1].name: missing",
    ]
