# SPDX-License-Identifier: Apache-2.0
"""`hacks/images`: the words that it gives to buildah."""

import os
import subprocess
from pathlib import Path

import pytest

NAME = "gardener-extension-cri-resmgr"

IMAGES = {
    "extension": NAME,
    "installation": f"{NAME}-installation",
    "webhook": "cri-resmgr-webhook",
    "agent": f"{NAME}-agent",
}
"""Target -> name of its image, in the order of the script."""


TOLD = """#!/bin/sh
echo "$@" >>"$0.log"
for last; do :; done
case $* in
*Labels*) cat "$0.version" 2>/dev/null || echo "${last##*:}" ;;
from*) echo container ;;
esac
"""
"""It tells of an image the version in a file beside it, or else that of the image's tag."""


@pytest.fixture
def buildah(tmp_path: Path) -> Path:
    """A folder with a `buildah` that writes down what it is told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "buildah"
    program.write_text(TOLD, encoding="utf-8")
    program.chmod(0o755)
    return folder


def run(checkout: Path, programs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script with that buildah before all others."""
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    return subprocess.run(
        [checkout / "hacks/images", *words],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def told(programs: Path) -> list[str]:
    """Give what buildah was told, without questions for its settings and for labels."""
    lines = (programs / "buildah.log").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line != "info" and "Labels" not in line]


def test_build_names_target_base_and_image(checkout: Path, buildah: Path) -> None:
    """One build a target, on the given base, under the name with prefix and tag."""
    run(checkout, buildah, "build", "--base", "localhost/debian:x", "r.example.com/cri/", "t")

    lines = told(buildah)
    for line, (target, name) in zip(lines, IMAGES.items(), strict=True):
        assert f"--target {target} " in line
        assert "--build-arg BASE=localhost/debian:x" in line
        assert f"--tag r.example.com/cri/{name}:t" in line


def test_an_image_gets_the_version_of_its_tag(checkout: Path, buildah: Path) -> None:
    """Layers of the cache have the version that they were built with."""
    (buildah / "buildah.version").write_text("old\n", encoding="utf-8")
    done = run(checkout, buildah, "build", "--only", "webhook", "r/", "t")

    assert done.returncode == 0
    assert told(buildah)[1:] == [
        "from --pull-never r/cri-resmgr-webhook:t",
        "config --label org.opencontainers.image.version=t container",
        "commit --quiet --format docker container r/cri-resmgr-webhook:t",
        "rm container",
    ]


def test_certificates_are_lent_to_the_build(
    checkout: Path, buildah: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of certificates is a secret of the build: no layer has it."""
    certificates = tmp_path / "all.pem"
    certificates.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates))

    run(checkout, buildah, "build", "", "t")

    assert all(f"--secret id=certificates,src={certificates}" in line for line in told(buildah))


def test_push_goes_to_the_registry_that_the_name_tells(checkout: Path, buildah: Path) -> None:
    """A push verifies certificates, as everywhere but on loopback."""
    run(checkout, buildah, "push", "r.example.com/cri/", "t")

    all_of_them = [f"r.example.com/cri/{name}:t" for name in IMAGES.values()]
    assert told(buildah) == [f"push {image} docker://{image}" for image in all_of_them]


@pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1:5000", "localhost"])
def test_registry_on_loopback_needs_no_certificate(
    checkout: Path, buildah: Path, host: str
) -> None:
    """A registry on this machine is talked to without TLS."""
    run(checkout, buildah, "push", f"{host}/", "t")

    assert told(buildah)[0].startswith("push --tls-verify=false ")


def test_push_without_registry_is_refused(checkout: Path, buildah: Path) -> None:
    """A push needs a registry; the answer is the command with one."""
    done = run(checkout, buildah, "push", "", "t")

    assert done.returncode == 1
    assert "make push-images REGISTRY=host/ TAG=t" in done.stderr


@pytest.mark.parametrize("verb", ["build", "push"])
@pytest.mark.parametrize(
    ("prefix", "tag", "word"),
    [
        ("https://r.example.com/", "t", "REGISTRY="),
        ("bad host/", "t", "REGISTRY="),
        ("R.example.com/Cri/", "t", "REGISTRY="),
        ("r.example.com/", "", "TAG="),
        ("r.example.com/", "a b", "TAG="),
    ],
)
def test_names_that_are_no_names(
    checkout: Path, buildah: Path, verb: str, prefix: str, tag: str, word: str
) -> None:
    """What is wrong is said with the variable to mend, and no engine is asked."""
    done = run(checkout, buildah, verb, prefix, tag)

    assert done.returncode == 1
    assert f"hint: {word}" in done.stderr
    assert not (buildah / "buildah.log").exists() or told(buildah) == []


@pytest.mark.parametrize("prefix", ["", "r/", "r.example.com:5000/a/b_c/", "localhost/"])
def test_names_that_are_fine(checkout: Path, buildah: Path, prefix: str) -> None:
    """With a port, with a path, or with none: an image of this machine."""
    run(checkout, buildah, "build", prefix, "v1.2.3-rc.1")

    for line, name in zip(told(buildah), IMAGES.values(), strict=True):
        assert f"--tag {prefix}{name}:v1.2.3-rc.1" in line


def test_failed_build_tells_what_may_help(checkout: Path, buildah: Path) -> None:
    """Where the build fails, the answer names a way to a base image without any registry."""
    (buildah / "buildah").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")

    done = run(checkout, buildah, "build", "", "t")

    assert done.returncode == 1
    assert "hacks/images base localhost/debian:bookworm" in done.stderr


def test_one_target_only(checkout: Path, buildah: Path) -> None:
    """`--only` builds one image."""
    run(checkout, buildah, "build", "--only", "installation", "r.example.com/cri/", "t")

    (line,) = told(buildah)
    assert f"--tag r.example.com/cri/{NAME}-installation:t" in line


def test_save_writes_an_archive_with_the_name(checkout: Path, buildah: Path) -> None:
    """One image goes into a file; whoever reads it finds the image's name there."""
    run(checkout, buildah, "save", "installation", "r.example.com/cri/", "t", "/somewhere/i.tar")

    name = f"r.example.com/cri/{NAME}-installation:t"
    assert told(buildah) == [f"push --quiet {name} docker-archive:/somewhere/i.tar:{name}"]


def test_save_of_no_target(checkout: Path, buildah: Path) -> None:
    """The answer lists the targets."""
    done = run(checkout, buildah, "save", "instalation", "", "t", "/somewhere/i.tar")

    assert done.returncode == 1
    assert "hint: one of extension installation" in done.stderr


def test_base_that_is_there_is_kept(checkout: Path, buildah: Path) -> None:
    """With `--if-missing` the engine is only asked."""
    run(checkout, buildah, "base", "--if-missing", "localhost/debian:x")

    assert told(buildah) == ["inspect --type image localhost/debian:x"]
