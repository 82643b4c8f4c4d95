# SPDX-License-Identifier: Apache-2.0
"""What is in the bundle, and that its manifest tells the truth."""

import hashlib
import io
import json
import subprocess
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hacks.bundle import elf

pytestmark = pytest.mark.timeout(1800)  # the interpreter is built where no run before has done it

GLIBC = {
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
    "libc.so.6",
    "libdl.so.2",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
}
"""Libraries that come with glibc, on every node."""


@pytest.fixture
def manifest(bundle: Path) -> dict[str, Any]:
    """The manifest."""
    found: dict[str, Any] = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def binaries(bundle: Path) -> list[Path]:
    """Every program and library."""
    files = [path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if elf.is_elf(path)]


def test_manifest_lists_every_file(bundle: Path, manifest: dict[str, Any]) -> None:
    """No file but the manifest is missing in it, and none is in it that is not there."""
    there = {
        str(path.relative_to(bundle))
        for path in bundle.rglob("*")
        if path.is_symlink() or path.is_file()
    }

    assert set(manifest["files"]) == there - {"manifest.json"}


def test_manifest_tells_content_size_and_mode(bundle: Path, manifest: dict[str, Any]) -> None:
    """Hashes, sizes, modes and targets of links are those of the files."""
    wrong = []
    for name, told in manifest["files"].items():
        path = bundle / name
        if path.is_symlink():
            seen: dict[str, Any] = {"link": str(path.readlink())}
        else:
            data = path.read_bytes()
            seen = {
                "mode": f"{path.stat().st_mode & 0o7777:04o}",
                "sha256": hashlib.sha256(data).hexdigest(),
                "size": len(data),
            }
        if seen != told:
            wrong.append(name)

    assert wrong == []


def test_manifest_tells_the_version(checkout: Path, manifest: dict[str, Any]) -> None:
    """It is the version of the project."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))

    assert manifest["version"] == project["project"]["version"]


def test_no_file_needs_a_newer_glibc(binaries: list[Path], manifest: dict[str, Any]) -> None:
    """The floor in the manifest is the newest version that any file asks for: 2.17 at most."""
    floor = elf.numbers(manifest["glibc"])

    assert len(binaries) >= 4
    assert max(elf.glibc(path) for path in binaries) == floor
    assert floor <= (2, 17)


def test_nothing_but_glibc_is_needed(binaries: list[Path]) -> None:
    """No file needs a library that a node may not have."""
    needed = {name for path in binaries for name in elf.libraries(path)}

    assert needed <= GLIBC


def test_it_is_small(bundle: Path, manifest: dict[str, Any]) -> None:
    """At most 30 MB on the disk, and 12 MB as the layer of an image, which is tar and gzip."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=6) as archive:
        archive.add(bundle, "bundle")

    assert sum(entry.get("size", 0) for entry in manifest["files"].values()) <= 30_000_000
    assert packed.tell() <= 12_000_000


def test_no_path_of_the_build_is_in_it(bundle: Path, checkout: Path) -> None:
    """No file names the folder that it was made from, nor a temporary one of the build."""
    names = [str(checkout).encode(), str(Path.home() / ".cache").encode(), b"/tmp/tmp."]
    found = [
        str(path.relative_to(bundle))
        for path in bundle.rglob("*")
        if path.is_file() and any(name in path.read_bytes() for name in names)
    ]

    assert found == []


def test_every_component_has_its_licence(bundle: Path) -> None:
    """Each component is told with its version, and its licence is in the bundle, beside ours."""
    parts = json.loads((bundle / "components.json").read_text(encoding="utf-8"))

    names = {part["name"] for part in parts}
    assert {"openssl", "python3.11", "sqlite3", "zlib"} <= names
    assert {"PyYAML", "protobuf", "hpack", "jeepney"} <= names
    assert all(part["version"] for part in parts)
    licences = {path.name for path in (bundle / "licences").iterdir()}
    assert licences == names | {"LICENSE", "NOTICE"}


def test_two_builds_are_the_same(checkout: Path, bundle: Path, tmp_path: Path) -> None:
    """A second build in another folder gives the same bytes."""
    subprocess.run([checkout / "hacks/build-bundle", "-o", tmp_path / "again"], check=True)

    again = (tmp_path / "again/manifest.json").read_bytes()
    assert again == (bundle / "manifest.json").read_bytes()


def test_folder_that_is_no_bundle_is_not_written(checkout: Path, tmp_path: Path) -> None:
    """A folder with something else in it is refused, and stays as it is."""
    (tmp_path / "mine").write_text("", encoding="utf-8")

    done = subprocess.run(
        [checkout / "hacks/build-bundle", "-o", tmp_path],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "what is there is no bundle" in done.stderr
    assert (tmp_path / "mine").exists()


def test_manual_pages_are_in_it(bundle: Path, checkout: Path) -> None:
    """Those of the checkout, where man looks for them below a folder that it is given."""
    pages = {path.name: path.read_bytes() for path in (bundle / "man/man1").iterdir()}

    assert pages == {path.name: path.read_bytes() for path in (checkout / "docs/man").iterdir()}
    assert "cri-resmgrctl.1" in pages
