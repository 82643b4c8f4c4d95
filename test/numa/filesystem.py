# SPDX-License-Identifier: Apache-2.0
"""All that is in the virtual machine: busybox, containerd, runc, the bundle, and how it starts."""

import os
import subprocess
from pathlib import Path

from garden import binaries
from node import images

from .initramfs import Archive

PROGRAMS = ("containerd", "ctr", "runc", "busybox", "linux", "qemu-system-x86_64")
RUNTIME = "/run/containerd/containerd.sock"
IMAGES = "/images.tar"
"""An archive with busybox and the pause image."""

BUNDLE = "/opt/cri-resmgr"

_HERE = Path(__file__).parent

_INITTAB = """\
::sysinit:/etc/start
::respawn:/usr/bin/containerd --config /etc/containerd.toml
::respawn:/opt/inside/inside
"""

_START = """\
#!/bin/busybox sh
trap '[ $? = 0 ] || poweroff -f' EXIT
set -e
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
mount -t cgroup2 cgroup /sys/fs/cgroup
for module in /modules/*; do insmod "$module"; done
ip link set lo up
ip address add {address}/24 dev eth0
ip link set eth0 up
hostname node
"""

_CONTAINERD = """\
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
address = "%(socket)s"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "%(pause)s"

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
# What a kernel unpacks is no mount, and only a mount can be turned.
NoPivotRoot = true
"""


def write(target: Path, bundle: Path, *, address: str, work: Path) -> None:
    """Write the archive with which a kernel starts; `address` is that of the machine."""
    programs = {name: path.resolve() for name, path in binaries.find(*PROGRAMS).items()}
    with target.open("wb") as out:
        archive = Archive(out)
        _system(archive, programs["busybox"], programs["linux"].parent / "modules", address)
        _containers(archive, programs, work)
        archive.tree(BUNDLE[1:], bundle)
        _inside(archive, bundle)
        archive.link("lib64", "lib")
        for name, library in sorted(_libraries(programs, bundle).items()):
            archive.file(f"lib/{name}", library.read_bytes(), mode=0o755)
        archive.close()


def _system(archive: Archive, busybox: Path, modules: Path, address: str) -> None:
    for folder in ("proc", "sys", "run", "tmp", "var/lib", "var/log", "root"):
        archive.folder(folder)
    archive.file("bin/busybox", busybox.read_bytes(), mode=0o755)
    archive.link("init", "bin/busybox")
    archive.link("bin/sh", "busybox")
    archive.file("etc/inittab", _INITTAB.encode())
    archive.file("etc/start", _START.format(address=address).encode(), mode=0o755)
    for name, text in (
        ("hosts", "127.0.0.1 localhost\n"),
        ("resolv.conf", ""),
        ("passwd", "root:x:0:0::/root:/bin/sh\n"),
        ("group", "root:x:0:\n"),
    ):
        archive.file(f"etc/{name}", text.encode())
    archive.tree("modules", modules)


def _containers(archive: Archive, programs: dict[str, Path], work: Path) -> None:
    folder = programs["containerd"].parent
    for name in ("containerd", "containerd-shim-runc-v2", "ctr"):
        archive.file(f"usr/bin/{name}", (folder / name).read_bytes(), mode=0o755)
    archive.file("usr/bin/runc", _runc(programs["runc"]).read_bytes(), mode=0o755)
    settings = _CONTAINERD % {"socket": RUNTIME, "pause": images.PAUSE}
    archive.file("etc/containerd.toml", settings.encode())
    images.busybox(programs["busybox"], work / "images.tar")
    archive.file(IMAGES[1:], (work / "images.tar").read_bytes())


def _runc(program: Path) -> Path:
    """What `runc` of the cache starts is a program in the tree beside it."""
    unpacked = program.parent / "tree/usr/sbin/runc"
    return unpacked if unpacked.exists() else program


def _inside(archive: Archive, bundle: Path) -> None:
    """The bundle's interpreter once more, with a module of ours in the place of its entry."""
    archive.file("opt/inside/inside", (bundle / "cri-resmgr").read_bytes(), mode=0o755)
    archive.link("opt/inside/_internal/lib.zip", f"{BUNDLE}/_internal/lib.zip")
    source = (_HERE / "inside.py").read_bytes()
    archive.file("opt/inside/_internal/bundle_entry.py", source)


def _libraries(programs: dict[str, Path], bundle: Path) -> dict[str, Path]:
    """Give the libraries of this machine that programs need, by name, their loader among them."""
    unpacked = programs["runc"].parent / "tree/usr/lib/x86_64-linux-gnu"
    found = {}
    for program in (bundle / "cri-resmgr", programs["containerd"], _runc(programs["runc"])):
        told = subprocess.run(
            ["ldd", program],
            check=True,
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": str(unpacked)},
        ).stdout
        for word in told.split():
            if word.startswith("/"):
                found[Path(word).name] = Path(word)
    return found
