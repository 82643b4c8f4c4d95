# SPDX-License-Identifier: Apache-2.0
"""Images without a registry: an archive for `ctr images import`, of files of this machine."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

BUSYBOX = "localhost/busybox:1"
PAUSE = "localhost/pause:1"

APPLETS = (
    "sh",
    "sleep",
    "cat",
    "echo",
    "ls",
    "true",
    "false",
    "yes",
    "head",
    "dd",
    "grep",
    "nproc",
)
"""Commands of busybox that its image has."""


def busybox(program: Path, archive: Path) -> None:
    """Write an archive of both images: a static busybox, the second one sleeps for ever."""
    layer = _layer(program)
    with tarfile.open(archive, "w") as out:
        _add(out, "layer.tar", layer)
        manifest = []
        for name, command in ((BUSYBOX, ["sh"]), (PAUSE, ["sleep", "2000000000"])):
            config = _config(layer, command)
            path = f"{hashlib.sha256(config).hexdigest()}.json"
            _add(out, path, config)
            manifest.append({"Config": path, "RepoTags": [name], "Layers": ["layer.tar"]})
        _add(out, "manifest.json", json.dumps(manifest).encode())


def _layer(program: Path) -> bytes:
    """The one layer: /bin/busybox and a hard link for each applet, /etc, /tmp."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as out:
        for folder in ("bin", "etc", "tmp", "proc", "sys", "dev"):
            entry = tarfile.TarInfo(folder)
            entry.type = tarfile.DIRTYPE
            entry.mode = 0o755
            out.addfile(entry)
        _add(out, "bin/busybox", program.read_bytes(), mode=0o755)
        for applet in APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type = tarfile.LNKTYPE
            link.linkname = "bin/busybox"
            link.mode = 0o755  # of the file that it is, containerd takes it from the link
            out.addfile(link)
    return raw.getvalue()


def _config(layer: bytes, command: list[str]) -> bytes:
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": ["PATH=/bin"], "Cmd": command},
            "rootfs": {
                "type": "layers",
                "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"],
            },
        }
    ).encode()


def _add(out: tarfile.TarFile, name: str, data: bytes, *, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = mode
    out.addfile(entry, io.BytesIO(data))
