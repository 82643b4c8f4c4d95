# SPDX-License-Identifier: Apache-2.0
"""Images for nodes that reach no registry: one on the bridge that gives out archives.

Archives of both forms are read: docker-archive (`docker save`, `buildah push ... docker-archive:F`)
and oci-archive. Nodes ask this registry for whatever they pull, so an image is found under the
name that it really has.
"""

import gzip
import hashlib
import http.server
import io
import json
import tarfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib import parse

BUSYBOX = "localhost/busybox:1"
"""An image with a shell, which every registry has; see `node.images`."""

_DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
_DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
_OCI = "application/vnd.oci.image.manifest.v1+json"


class BadArchive(Exception):
    """An archive holds no image that can be given out; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Something that a registry gives out under its digest: bytes of a file, or a part of it."""

    kind: str
    size: int
    data: bytes | None = None
    file: Path | None = None
    offset: int = 0

    def read(self) -> bytes:
        """Read it whole; a layer of ours has some 30 MB."""
        if self.data is not None:
            return self.data
        assert self.file is not None
        with self.file.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


class Registry:
    """A registry of images to pull, as threads of this process; `close` at the end."""

    def __init__(self, address: str) -> None:
        """Listen on a free port of an address."""
        self._manifests: dict[str, str] = {}
        self._blobs: dict[str, Blob] = {}
        self.pulls: list[str] = []
        self._server = http.server.ThreadingHTTPServer((address, 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://{address}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="registry",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stop. Twice is fine."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, archive: Path, name: str = "") -> list[str]:
        """Give out the images of an archive, under their own names or under one; give the names.

        A name has host, path and tag, as a pod names it. The archive is read when somebody pulls,
        so it has to stay. Raises `BadArchive`, `OSError`.
        """
        try:
            with tarfile.open(archive, "r:") as tar:
                names = {member.name.removeprefix("./") for member in tar.getmembers()}
                found = _docker(tar, archive) if "manifest.json" in names else _oci(tar, archive)
        except (tarfile.TarError, KeyError) as error:
            message = f"cannot read images of {archive}: {error}"
            raise BadArchive(message) from error
        if name and len(found) != 1:
            message = f"cannot call {archive} {name}: it holds {len(found)} images"
            raise BadArchive(message)
        added = []
        for own, manifest, blobs in found:
            called = name or own
            if not called:
                message = f"cannot give out {archive}: its image has no name"
                raise BadArchive(message)
            digest = _digest(manifest.read())
            self._blobs |= {**blobs, digest: manifest}
            self._manifests[called] = digest
            added.append(called)
        return added

    def also(self, name: str, other: str) -> None:
        """Give an image out under another name, too. Raises `KeyError`."""
        self._manifests[other] = self._manifests[name]

    def digest(self, name: str) -> str:
        """Give the digest of an image. Raises `KeyError`."""
        return self._manifests[name]

    def remove(self, name: str) -> None:
        """Give an image out no more; nodes that have it keep it. Raises `KeyError`."""
        del self._manifests[name]

    def _find(self, host: str, path: str) -> tuple[str, Blob] | None:
        """Find what a path below /v2/ means: NAME/manifests/TAG-OR-DIGEST, NAME/blobs/DIGEST."""
        repository, _, wanted = path.rpartition("/")
        repository, _, what = repository.rpartition("/")
        digest = wanted
        if what == "manifests" and ":" not in wanted:
            name = f"{host}/{repository}:{wanted}" if host else f"{repository}:{wanted}"
            digest = self._manifests.get(name, "")
            if digest:
                self.pulls.append(name)  # a pull asks once for the tag, and then for digests
        blob = self._blobs.get(digest)
        return (digest, blob) if blob is not None else None

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(body=True)

            def do_HEAD(self) -> None:
                self._answer(body=False)

            def _answer(self, *, body: bool) -> None:
                url = parse.urlsplit(self.path)
                # containerd names the registry that it believes to talk to.
                host = parse.parse_qs(url.query).get("ns", [""])[0]
                path = url.path.removeprefix("/v2").strip("/")
                if not path:
                    self._send(200, Blob("application/json", 2, b"{}"), "", body=body)
                    return
                found = registry._find(host, path)
                if found is None:
                    error = b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not here"}]}'
                    self._send(404, Blob("application/json", len(error), error), "", body=body)
                    return
                self._send(200, found[1], found[0], body=body)

            def _send(self, status: int, blob: Blob, digest: str, *, body: bool) -> None:
                self.send_response(status)
                self.send_header("Content-Type", blob.kind)
                self.send_header("Content-Length", str(blob.size))
                if digest:
                    self.send_header("Docker-Content-Digest", digest)
                self.end_headers()
                if body:
                    self.wfile.write(blob.read())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name
                """Say nothing: the standard error belongs to the tests."""

        return Handler


_Found = list[tuple[str, Blob, dict[str, Blob]]]


def _docker(tar: tarfile.TarFile, archive: Path) -> _Found:
    """Read a docker-archive: no manifest is in it, so one is made of what is."""
    digests: dict[str, tuple[str, Blob]] = {}
    found: _Found = []
    for image in _json(tar, "manifest.json"):
        config = _member(tar, archive, image["Config"], _DOCKER_CONFIG)
        blobs = {_digest(config.read()): config}
        layers = []
        for path in image["Layers"]:
            if path not in digests:
                layer = _member(tar, archive, path, _DOCKER_LAYER)
                data = layer.read()
                if data[:2] == gzip.compress(b"")[:2]:
                    layer = Blob(f"{_DOCKER_LAYER}.gzip", layer.size, None, archive, layer.offset)
                digests[path] = (_digest(data), layer)
            digest, layer = digests[path]
            blobs[digest] = layer
            layers.append({"mediaType": layer.kind, "size": layer.size, "digest": digest})
        described = {
            "schemaVersion": 2,
            "mediaType": _DOCKER,
            "config": {
                "mediaType": _DOCKER_CONFIG,
                "size": config.size,
                "digest": _digest(config.read()),
            },
            "layers": layers,
        }
        data = json.dumps(described).encode()
        manifest = Blob(_DOCKER, len(data), data)
        found += [(name, manifest, blobs) for name in image.get("RepoTags") or [""]]
    return found


def _oci(tar: tarfile.TarFile, archive: Path) -> _Found:
    """Read an oci-archive: everything lies there under its digest."""
    found: _Found = []
    for entry in _json(tar, "index.json")["manifests"]:
        kind = entry.get("mediaType", _OCI)
        manifest = _member(tar, archive, _blob_path(entry["digest"]), kind)
        described = json.loads(manifest.read())
        if "layers" not in described:
            message = f"cannot give out {archive}: an index of images is not supported"
            raise BadArchive(message)
        blobs = {
            part["digest"]: _member(tar, archive, _blob_path(part["digest"]), part["mediaType"])
            for part in (described["config"], *described["layers"])
        }
        name = (entry.get("annotations") or {}).get("org.opencontainers.image.ref.name", "")
        found.append((name if "/" in name else "", manifest, blobs))
    return found


def _blob_path(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _json(tar: tarfile.TarFile, name: str) -> Any:
    file = tar.extractfile(_get(tar, name))
    assert file is not None
    return json.load(io.TextIOWrapper(file, encoding="utf-8"))


def _member(tar: tarfile.TarFile, archive: Path, name: str, kind: str) -> Blob:
    """Describe a file of the archive by its place; a link stands for what it leads to."""
    member = _get(tar, name)
    if member.issym():
        member = _get(tar, str(Path(name).parent / member.linkname))
    return Blob(kind, member.size, None, archive, member.offset_data)


def _get(tar: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    try:
        return tar.getmember(name)
    except KeyError:
        return tar.getmember(f"./{name}")


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
