# SPDX-License-Identifier: Apache-2.0
"""A real registry on loopback, and images as somebody who pulls them has them."""

import contextlib
import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib import error, request

from garden import binaries, servers

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_POLL = 0.1


class Silent(Exception):
    """The registry does not answer; the text has its last words."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was pulled and unpacked."""

    root: Path
    """Its root file system."""

    config: dict[str, Any]
    """What it says about how to run it: User, Entrypoint, Labels, ..."""

    size: int
    """Bytes that were transferred."""


class Registry:
    """A registry that answers on `address`, such as localhost:5000."""

    def __init__(self, address: str) -> None:
        """Take its address."""
        self.address = address

    def tags(self, name: str) -> list[str]:
        """List the tags of an image. Raises `urllib.error.URLError`."""
        found: dict[str, list[str]] = json.loads(self._get(f"{name}/tags/list"))
        return found["tags"]

    def pull(self, name: str, tag: str, folder: Path) -> Image:
        """Pull an image and unpack it into a folder. Raises `urllib.error.URLError`."""
        manifest = json.loads(self._get(f"{name}/manifests/{tag}"))
        described = json.loads(self._get(f"{name}/blobs/{manifest['config']['digest']}"))
        root = folder / "root"
        root.mkdir(parents=True)
        for layer in manifest["layers"]:
            with (
                request.urlopen(self._url(f"{name}/blobs/{layer['digest']}")) as blob,  # noqa: S310 -- ours
                tarfile.open(fileobj=blob, mode="r|*") as tar,
            ):
                for member in tar:
                    _put(tar, member, root)
        size = sum(part["size"] for part in (manifest["config"], *manifest["layers"]))
        return Image(root, described["config"], size)

    def _url(self, path: str) -> str:
        return f"http://{self.address}/v2/{path}"

    def _get(self, path: str) -> bytes:
        asked = request.Request(self._url(path), headers={"Accept": _MANIFEST})  # noqa: S310 -- ours
        with request.urlopen(asked) as answer:  # noqa: S310 -- the same
            content: bytes = answer.read()
        return content


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    """Unpack one entry of a layer; a whiteout takes away what is below."""
    path = Path(member.name)
    if path.name.startswith(".wh."):
        gone = root / path.parent / path.name.removeprefix(".wh.")
        if gone.is_dir() and not gone.is_symlink():
            shutil.rmtree(gone)
        else:
            gone.unlink(missing_ok=True)
        return
    there = root / path
    if there.is_symlink() and not member.issym():
        there.unlink()
    tar.extract(member, root, filter="fully_trusted")


@contextlib.contextmanager
def running(folder: Path, *, timeout: float = 20.0) -> Iterator[Registry]:
    """A registry that keeps what it is given in a folder.

    Raises `binaries.ProgramMissing`, `Silent`.
    """
    program = binaries.find("docker-registry")["docker-registry"]
    address = f"localhost:{servers.free_port()}"
    settings = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "kept")}},
        "http": {"addr": address},
    }
    (folder / "settings.json").write_text(json.dumps(settings), encoding="ascii")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "serve", folder / "settings.json"],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"},
        )
    try:
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(error.URLError), request.urlopen(f"http://{address}/v2/"):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                said = (folder / "log").read_text(encoding="utf-8", errors="replace")[-1000:]
                raise Silent(f"the registry on {address} does not answer:\n{said}")
            time.sleep(_POLL)
        yield Registry(address)
    finally:
        process.terminate()
        process.wait()
