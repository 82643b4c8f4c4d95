# SPDX-License-Identifier: Apache-2.0
"""The registry that gives out archives, asked as containerd asks."""

import hashlib
import io
import json
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ground import images
from node import images as archives

LAYER = b"a layer" * 1000
CONFIG = b'{"architecture":"amd64"}'


def digest(data: bytes) -> str:
    """Name bytes by their content."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def write(archive: Path, files: dict[str, bytes]) -> Path:
    """Write an archive of files."""
    with tarfile.open(archive, "w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return archive


@pytest.fixture
def registry() -> Iterator[images.Registry]:
    """A registry on loopback."""
    made = images.Registry("127.0.0.1")
    yield made
    made.close()


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    """What `docker save` writes: a list of images beside their parts."""
    manifest = [{"Config": "c.json", "RepoTags": ["example.com/a/b:1"], "Layers": ["l.tar"]}]
    parts = {"c.json": CONFIG, "l.tar": LAYER, "manifest.json": json.dumps(manifest).encode()}
    return write(tmp_path / "docker.tar", parts)


@pytest.fixture
def oci(tmp_path: Path) -> Path:
    """What `buildah push NAME oci-archive:FILE` writes: everything under its digest."""
    kind = "application/vnd.oci.image"
    described = json.dumps(
        {
            "schemaVersion": 2,
            "config": {
                "mediaType": f"{kind}.config.v1+json",
                "digest": digest(CONFIG),
                "size": len(CONFIG),
            },
            "layers": [
                {
                    "mediaType": f"{kind}.layer.v1.tar",
                    "digest": digest(LAYER),
                    "size": len(LAYER),
                }
            ],
        }
    ).encode()
    entry = {
        "mediaType": f"{kind}.manifest.v1+json",
        "digest": digest(described),
        "size": len(described),
    }
    blobs = {f"blobs/{digest(each).replace(':', '/')}": each for each in (described, CONFIG, LAYER)}
    index = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
    return write(tmp_path / "oci.tar", {"index.json": index, **blobs})


def get(registry: images.Registry, path: str, host: str = "example.com") -> bytes:
    """Ask for a path below /v2/, saying which registry is meant."""
    with urllib.request.urlopen(f"{registry.url}/v2/{path}?ns={host}", timeout=5) as answer:  # noqa: S310 -- http
        body: bytes = answer.read()
        assert int(answer.headers["Content-Length"]) == len(body)
        return body


def pull(
    registry: images.Registry, repository: str, tag: str
) -> tuple[dict[str, Any], list[bytes]]:
    """Pull an image: its manifest, its configuration and layers, each with the promised digest."""
    manifest = json.loads(get(registry, f"{repository}/manifests/{tag}"))
    parts = []
    for part in (manifest["config"], *manifest["layers"]):
        data = get(registry, f"{repository}/blobs/{part['digest']}")
        assert digest(data) == part["digest"]
        assert len(data) == part["size"]
        parts.append(data)
    return manifest, parts


def test_docker_archive_is_given_out(registry: images.Registry, docker: Path) -> None:
    """An archive of the older form is pulled under its own name."""
    names = registry.add(docker)
    _, parts = pull(registry, "a/b", "1")

    assert names == ["example.com/a/b:1"]
    assert parts == [CONFIG, LAYER]


def test_oci_archive_is_given_out(registry: images.Registry, oci: Path) -> None:
    """An archive of the newer form has no name of its own and is pulled under the given one."""
    registry.add(oci, "example.com/x:2")
    manifest, parts = pull(registry, "x", "2")

    assert parts == [CONFIG, LAYER]
    assert get(registry, f"x/manifests/{registry.digest('example.com/x:2')}")
    assert manifest["schemaVersion"] == 2


def test_pulls_are_counted(registry: images.Registry, docker: Path) -> None:
    """Each question for a tag is one pull."""
    registry.add(docker)
    pull(registry, "a/b", "1")
    pull(registry, "a/b", "1")

    assert registry.pulls == ["example.com/a/b:1"] * 2


def test_both_images_of_the_busybox_archive_are_there(
    registry: images.Registry, tmp_path: Path
) -> None:
    """An archive of several images gives out all of them."""
    program = tmp_path / "busybox"
    program.write_bytes(b"#!")
    archives.busybox(program, tmp_path / "busybox.tar")

    assert registry.add(tmp_path / "busybox.tar") == [archives.BUSYBOX, archives.PAUSE]


def test_another_name_is_the_same_image(registry: images.Registry, docker: Path) -> None:
    """An image can have more names."""
    registry.add(docker)
    registry.also("example.com/a/b:1", "example.com/c:2")

    assert pull(registry, "c", "2") == pull(registry, "a/b", "1")


@pytest.mark.parametrize("path", ["a/b/manifests/2", "a/b/blobs/sha256:00", "c/manifests/1"])
def test_what_is_not_there_is_not_found(registry: images.Registry, docker: Path, path: str) -> None:
    """Other tags, names and digests are answered as a registry does."""
    registry.add(docker)
    with pytest.raises(urllib.error.HTTPError) as told:
        get(registry, path)
    told.value.close()

    assert told.value.code == 404


def test_image_that_is_removed_is_not_found(registry: images.Registry, docker: Path) -> None:
    """A registry can lose an image."""
    registry.add(docker)
    registry.remove("example.com/a/b:1")
    with pytest.raises(urllib.error.HTTPError) as told:
        get(registry, "a/b/manifests/1")
    told.value.close()

    assert told.value.code == 404


def test_an_archive_of_something_else_is_refused(registry: images.Registry, tmp_path: Path) -> None:
    """A tar without images is told by its name."""
    other = write(tmp_path / "other.tar", {"file": b""})
    with pytest.raises(images.BadArchive, match=r"cannot read images of .*other\.tar"):
        registry.add(other)


def test_a_file_that_is_no_archive_is_refused(registry: images.Registry, tmp_path: Path) -> None:
    """So is a file of another form."""
    text = tmp_path / "text.tar"
    text.write_text("no tar", encoding="ascii")
    with pytest.raises(images.BadArchive, match=r"cannot read images of .*text\.tar"):
        registry.add(text)


def test_oci_archive_without_a_name_needs_one(registry: images.Registry, oci: Path) -> None:
    """What has no name and is given none cannot be asked for."""
    with pytest.raises(images.BadArchive, match="its image has no name"):
        registry.add(oci)
