# SPDX-License-Identifier: Apache-2.0
"""The generator of the registration (REG-1 to REG-3)."""

import base64
import collections.abc
import gzip
import importlib.util
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import types
import typing

import hypothesis
import hypothesis.strategies as st
import pytest
import yaml

Object: typing.TypeAlias = dict[str, typing.Any]
Run: typing.TypeAlias = collections.abc.Callable[..., subprocess.CompletedProcess[str]]

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAME = "gardener-extension-cri-resmgr"
CHART = pathlib.Path("charts") / NAME
PROGRAM = pathlib.Path("hacks") / "generate_controller_registration.py"
LAUNCHERS = ("generate-controller-registration", "generate-controller-registration.sh")


def _module() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(PROGRAM.stem, ROOT / PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generator = _module()


def run(
    *arguments: str | pathlib.Path,
    root: pathlib.Path = ROOT,
    cwd: pathlib.Path = ROOT,
    environment: dict[str, str] | None = None,
    umask: int = 0o022,
) -> subprocess.CompletedProcess[str]:
    """Run the generator of a checkout and give what it printed."""
    return subprocess.run(
        [sys.executable, root / PROGRAM, *arguments],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: pathlib.Path) -> pathlib.Path:
    """Copy what the generator reads, with other modes and times than here."""
    root = tmp_path / "elsewhere" / "copy"
    shutil.copytree(ROOT / CHART, root / CHART, copy_function=shutil.copyfile)
    (root / PROGRAM.parent).mkdir()
    shutil.copyfile(ROOT / PROGRAM, root / PROGRAM)
    for number, path in enumerate(sorted(root.rglob("*"), reverse=True)):
        os.utime(path, (number * 86400, number * 86400))
        if path.is_file():
            path.chmod(0o600 + number % 2 * 0o077)
    return root


@pytest.fixture
def documents(tmp_path: pathlib.Path) -> collections.abc.Callable[..., list[Object]]:
    """Give a function that generates into a folder and parses one of the files."""

    def generate(file: str, *options: str) -> list[Object]:
        done = run("--output", tmp_path, *options)
        assert done.returncode == 0, done.stderr
        return list(yaml.safe_load_all((tmp_path / file).read_text()))

    return generate


def test_committed_files_are_current() -> None:
    """The files in examples/ are those that the generator writes."""
    done = run("--check")

    assert done.returncode == 0, done.stderr


def test_reproducible(checkout: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """Folder, umask, time zone, language and the files' times and modes change no byte."""
    done = run(
        root=checkout,
        cwd=tmp_path,
        umask=0o077,
        environment={"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
    )

    assert done.returncode == 0, done.stderr
    for name in ("ctrldeploy-ctrlreg.yaml", "extension.yaml"):
        generated = (checkout / "examples" / name).read_bytes()
        assert generated == (ROOT / "examples" / name).read_bytes()


def test_stray_files(checkout: pathlib.Path) -> None:
    """Hidden files, as editors and file managers leave them, do not get into the chart."""
    run(root=checkout)
    (checkout / CHART / ".DS_Store").write_text("stray")
    (checkout / CHART / "templates" / ".deployment.yaml.swp").write_text("stray")

    assert run("--check", root=checkout).returncode == 0


@pytest.mark.parametrize("name", ["ctrldeploy-ctrlreg.yaml", "extension.yaml"])
def test_check_names_stale_file(checkout: pathlib.Path, name: str) -> None:
    """With --check a changed file is named, and left as it is."""
    run(root=checkout)
    path = checkout / "examples" / name
    path.write_text("changed")

    done = run("--check", root=checkout)

    assert done.returncode == 1
    assert done.stderr == f"{path} is not current, run `make generate`\n"
    assert path.read_text() == "changed"


def test_check_names_missing_files(checkout: pathlib.Path) -> None:
    """With --check files that are not there are named, and not made."""
    done = run("--check", root=checkout)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 2
    assert not (checkout / "examples").exists()


def test_chart_change(checkout: pathlib.Path) -> None:
    """A change of the chart makes the registration stale; the one by OCI reference stays."""
    run(root=checkout)
    with (checkout / CHART / "values.yaml").open("a") as values:
        values.write("# changed\n")

    done = run("--check", root=checkout)

    assert done.returncode == 1
    assert "ctrldeploy-ctrlreg.yaml" in done.stderr
    assert "extension.yaml" not in done.stderr


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_launchers(launcher: str, tmp_path: pathlib.Path) -> None:
    """Both names run the program from any folder and pass the options on."""
    command = [str(ROOT / "hacks" / launcher), "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_registration(documents: collections.abc.Callable[..., list[Object]]) -> None:
    """The registration has the one resource with its life cycle spelled out (REG-2)."""
    deployment, registration = documents("ctrldeploy-ctrlreg.yaml")

    assert deployment["apiVersion"] == "core.gardener.cloud/v1"
    assert registration["apiVersion"] == "core.gardener.cloud/v1beta1"
    assert registration["metadata"]["annotations"] == {
        "security.gardener.cloud/pod-security-enforce": "restricted"
    }
    assert registration["spec"] == {
        "deployment": {"policy": "OnDemand", "deploymentRefs": [{"name": NAME}]},
        "resources": [
            {
                "kind": "Extension",
                "type": "cri-resmgr-extension",
                "primary": True,
                "workerlessSupported": False,
                "clusterCompatibility": ["shoot"],
                "lifecycle": {
                    "reconcile": "AfterKubeAPIServer",
                    "delete": "BeforeKubeAPIServer",
                    "migrate": "BeforeKubeAPIServer",
                },
            }
        ],
    }


def test_both_ways_agree(documents: collections.abc.Callable[..., list[Object]]) -> None:
    """gardener-operator is told the same resource and values as the garden."""
    deployment, registration = documents("ctrldeploy-ctrlreg.yaml", "--image-tag", "v7")
    (extension,) = documents("extension.yaml", "--image-tag", "v7")

    assert extension["spec"]["resources"] == registration["spec"]["resources"]
    assert extension["spec"]["deployment"]["extension"]["values"] == deployment["helm"]["values"]


def test_packed_chart(documents: collections.abc.Callable[..., list[Object]]) -> None:
    """The packed chart holds the seed chart's files, sorted, of one time and owner, and no more."""
    deployment, _ = documents("ctrldeploy-ctrlreg.yaml")
    packed = base64.b64decode(deployment["helm"]["rawChart"], validate=True)

    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        members = tar.getmembers()
        contents = {
            m.name: typing.cast("typing.IO[bytes]", tar.extractfile(m)).read() for m in members
        }

    files = [path for path in (ROOT / CHART).rglob("[!.]*") if path.is_file()]
    assert contents == {f"{NAME}/{p.relative_to(ROOT / CHART)}": p.read_bytes() for p in files}
    assert [member.name for member in members] == sorted(contents)
    assert {(m.mtime, m.uid, m.gid, m.mode) for m in members} == {(1546300800, 0, 0, 0o644)}


def test_gzip_header() -> None:
    """The gzip header carries neither a name nor a time (REG-3)."""
    packed = generator.pack(ROOT / CHART)

    assert packed[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@hypothesis.given(st.binary(max_size=300), st.integers(0, 700))
def test_stored_blocks(data: bytes, repeat: int) -> None:
    """Whatever is wrapped in stored blocks comes out again, over any number of blocks."""
    assert gzip.decompress(generator.gzip_stored(data * repeat)) == data * repeat


@pytest.mark.parametrize("size", [0, 1, 0xFFFE, 0xFFFF, 0x10000, 0x1FFFE, 0x1FFFF])
def test_stored_block_borders(size: int) -> None:
    """Full, empty and nearly full last blocks are right."""
    data = bytes(range(256)) * (size // 256 + 1)

    assert gzip.decompress(generator.gzip_stored(data[:size])) == data[:size]


def test_options(documents: collections.abc.Callable[..., list[Object]]) -> None:
    """Name, image and switch for all shoots land where they belong."""
    digest = "sha256:" + "b" * 64
    image = ("--image-repository", "r.example.com/x", "--image-tag", "v9", "--image-digest", digest)
    deployment, registration = documents(
        "ctrldeploy-ctrlreg.yaml", "--name", "cri", "--auto-enable", *image
    )

    expected = {"repository": "r.example.com/x", "tag": "v9", "digest": digest}
    assert deployment["helm"]["values"] == {"image": expected}
    assert deployment["metadata"]["name"] == registration["metadata"]["name"] == "cri"
    assert registration["spec"]["deployment"]["deploymentRefs"] == [{"name": "cri"}]
    assert registration["spec"]["resources"][0]["autoEnable"] == ["shoot"]


def test_oci_reference(documents: collections.abc.Callable[..., list[Object]]) -> None:
    """The Extension of gardener-operator pulls the chart from where it is told."""
    (extension,) = documents("extension.yaml", "--oci-ref", "r.example.com/charts/x:1")

    helm = extension["spec"]["deployment"]["extension"]["helm"]
    assert helm == {"ociRepository": {"ref": "r.example.com/charts/x:1"}}


@pytest.mark.parametrize(("options", "everywhere"), [((), False), (("--auto-enable",), True)])
def test_legacy(
    documents: collections.abc.Callable[..., list[Object]],
    options: tuple[str, ...],
    *,
    everywhere: bool,
) -> None:
    """The old form has globallyEnabled and the chart in providerConfig, and no newer field."""
    deployment, registration = documents("ctrldeploy-ctrlreg-legacy.yaml", "--legacy", *options)
    (resource,) = registration["spec"]["resources"]

    assert deployment["apiVersion"] == "core.gardener.cloud/v1beta1"
    assert deployment["type"] == "helm"
    assert base64.b64decode(deployment["providerConfig"]["chart"]) == generator.pack(ROOT / CHART)
    assert resource["globallyEnabled"] is everywhere
    assert not {"autoEnable", "clusterCompatibility"} & set(resource)


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--name", "Cri_Resmgr", "'Cri_Resmgr' is not a DNS label"),
        ("--name", "x" * 64, "is not a DNS label"),
        ("--image-digest", "sha256:12", "'sha256:12' is not a digest"),
    ],
)
def test_bad_options(option: str, value: str, complaint: str, tmp_path: pathlib.Path) -> None:
    """A wrong option is refused with its value, and nothing is written."""
    done = run(option, value, "--output", tmp_path / "out")

    assert done.returncode == 2
    assert complaint in done.stderr
    assert not (tmp_path / "out").exists()


def test_help() -> None:
    """The help shows the program at work."""
    done = run("--help")

    assert done.returncode == 0
    assert "examples:\n  hacks/generate-controller-registration\n" in done.stdout
