# SPDX-License-Identifier: Apache-2.0
"""A real containerd with its own root, state and socket, and busybox in it.

It can be killed, stopped for a while and started again while its containers live on; at the end
containers, shims and mounts go with it. It needs root. Ready in a second, 45 MB.
"""

import contextlib
import os
import platform
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from garden import binaries, processes

from . import images, waiting

PROGRAMS = ("containerd", "ctr", "runc", "busybox")

_READY_TIMEOUT = 60.0
_PAUSE = 0.02

_CONFIG = """\
version = 2
root = "{folder}/root"
state = "{folder}/state"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]

[grpc]
address = "{folder}/containerd.sock"

[ttrpc]
address = "{folder}/containerd.sock.ttrpc"

[plugins."io.containerd.internal.v1.opt"]
path = "{folder}/opt"

[plugins."io.containerd.grpc.v1.cri"]
restrict_oom_score_adj = true
sandbox_image = "{pause}"

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{cni}"
conf_dir = "{folder}/cni"

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "{runc}"
"""


class NotReady(Exception):
    """It did not become ready; the text ends with the last lines of its log."""


def why_not() -> str:
    """Why no containerd can run here; empty where it can."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "containerd is tested on Linux on x86-64"
    if os.geteuid() != 0:
        return "containerd needs root"
    return ""


class Containerd:
    """One containerd; see `running`."""

    def __init__(self, run: processes.Run) -> None:
        """Start nothing yet."""
        self.folder = run.folder
        self.socket = run.folder / "containerd.sock"
        self.log = run.folder / "containerd.log"
        self._run = run
        self._programs = binaries.find(*PROGRAMS)
        self._process: subprocess.Popen[bytes] | None = None
        cni = self._programs["containerd"].resolve().parents[3] / "cni"
        config = _CONFIG.format(
            folder=run.folder, pause=images.PAUSE, cni=cni, runc=self._programs["runc"]
        )
        (run.folder / "config.toml").write_text(config, encoding="utf-8")
        (run.folder / "cni").mkdir(exist_ok=True)

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until its socket answers."""
        config = self.folder / "config.toml"
        argv: list[str | Path] = [self._programs["containerd"], "--config", config]
        self._process = self._run.start(argv, log=self.log)
        if not waiting.until(self._answers, self._process, patience=_READY_TIMEOUT, pause=_PAUSE):
            raise NotReady("\n".join(self.log.read_text().splitlines()[-10:]))

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        return "containerd successfully booted" in self.log.read_text()

    def kill(self) -> None:
        """Let it die at once; its containers live on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.log.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Let it stand still: connections stay, nothing is answered.

        Threads stop one after the other; this returns when all have.
        """
        os.kill(self.pid, signal.SIGSTOP)
        tasks = Path(f"/proc/{self.pid}/task")
        while any(_state(task) not in {"T", ""} for task in tasks.iterdir()):
            os.sched_yield()

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def ctr(self, *words: str, through: Path | None = None) -> str:
        """Ask it by its own command line, in the namespace of the CRI.

        `through` is the socket of a relay: ctr is a client in Go that speaks gRPC to any server.
        """
        argv = [str(self._programs["ctr"]), "--address", str(through or self.socket)]
        argv += ["--namespace", "k8s.io", *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    def load_images(self) -> None:
        """Import busybox and the pause image."""
        archive = self.folder / "images.tar"
        images.busybox(self._programs["busybox"].resolve(), archive)
        self.ctr("images", "import", "--snapshotter", "native", str(archive))

    def close(self) -> None:
        """End containers and shims, take mounts away, and then the rest."""
        with contextlib.suppress(subprocess.CalledProcessError, OSError):
            self.thaw()
        for pid in self._shims_and_containers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for mount in self._mounts():
            subprocess.run(["umount", "--lazy", mount], check=False, capture_output=True)

    def _shims_and_containers(self) -> list[int]:
        """Processes of this containerd, known by its socket: children before parents."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if b"-address" in words and bytes(self.socket) in words:
                    shim = int(entry.name)
                    found += [*_children(shim), shim]
        return found

    def _mounts(self) -> list[str]:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        points = [line.split()[1] for line in lines]
        return [point for point in reversed(points) if point.startswith(f"{self.folder}/")]


def _children(pid: int) -> list[int]:
    """The children of a process."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [int(word) for word in words]
    return []


@contextlib.contextmanager
def running() -> Iterator[Containerd]:
    """A containerd that is ready, with images; it goes at the end."""
    run = processes.Run("containerd")
    try:
        started = Containerd(run)
        try:
            started.start()
            started.load_images()
            yield started
        finally:
            started.close()
    finally:
        run.close()


def _state(task: Path) -> str:
    """Read the state of a thread, see proc(5); empty if it has gone."""
    try:
        return (task / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
