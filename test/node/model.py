# SPDX-License-Identifier: Apache-2.0
"""A model of a node for the installer: real files below a folder, and in memory what runs.

systemd knows units as of its last reload, the kubelet reads `extra_args` when it starts, a relay
serves when its tree is whole and sound. Every operation on files and on systemd is told first, so
that a test can end the installer there; the node lives on, is rebooted, or rescues itself.
"""

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from installer import bundle, extra_args, files, names, paths, problem, unit_file
from installer.steps import interface

CONTAINERD = "unix:///run/containerd/containerd.sock"

KUBELET_UNIT = f"""[Unit]
Description=kubelet daemon
After=containerd.service
[Install]
WantedBy=multi-user.target
[Service]
Restart=always
RestartSec=5
EnvironmentFile=/etc/environment
EnvironmentFile=-/var/lib/kubelet/extra_args
ExecStart=/opt/bin/kubelet \\
    --config=/var/lib/kubelet/config/kubelet \\
    --container-runtime-endpoint={CONTAINERD} \\
    --runtime-cgroups=/system.slice/containerd.service \\
    --v=2 $KUBELET_EXTRA_ARGS
"""


@dataclass
class Memory:
    """What a reboot forgets: units, the relay's tree, the kubelet's arguments and its restarts."""

    loaded: dict[str, str] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    relay: str = ""
    kubelet: tuple[str, ...] = ()
    boots: int = 1
    time: float = 1000.0
    restarts: int = 0
    relay_restarts: int = 0


class Model:
    """One node. It is the `Systemd`, `Kubelet`, `Gate` and `Clock` of its installer."""

    def __init__(self, root: Path, memory: Memory | None = None) -> None:
        self.root = root
        self.layout = paths.Layout(root / "node")
        self.memory = memory or Memory()
        self.broken: set[str] = set()
        """Versions whose relay fails when it is started."""
        self.hanging: set[str] = set()
        """Versions whose relay starts and does not answer."""
        self.unfit: set[str] = set()
        """Versions whose programs cannot be run."""
        self.sick = False
        """The kubelet does not come up on a relay."""
        self.released = interface.GateResult(ok=True)
        """What comes of letting containers go."""
        self.told: list[str] = []
        self.hook: Callable[[str], None] = self.told.append
        self.disk = files.Files(before=self._tell)

    def _tell(self, what: str) -> None:
        self.hook(what)

    # The node itself

    def lay(self, extra: bytes | None = b"PROVIDER_ID=x\n") -> None:
        """Make the files of a plain Gardener node, and start it."""
        for path, data in {
            self.layout.kubelet_unit: KUBELET_UNIT.encode(),
            self.layout.kubelet_config: b"kind: KubeletConfiguration\ncpuManagerPolicy: none\n",
            self.layout.containerd_socket: b"",
            self.layout.boot_id: b"boot-1\n",
            **({self.layout.extra_args: extra} if extra is not None else {}),
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.layout.kubelet_unit.chmod(0o600)
        self.reload_units()
        self.start_kubelet()

    def fork(self, root: Path) -> Self:
        """The same node once more, below another root."""
        shutil.copytree(self.root, root, symlinks=True)
        other = type(self)(root, copy.deepcopy(self.memory))
        other.broken, other.hanging, other.unfit = self.broken, self.hanging, self.unfit
        return other

    def tree(self) -> dict[str, str]:
        """Every file of the node that is not in a folder of ours, with content and mode."""
        layout = self.layout
        ours = (layout.opt, layout.etc, layout.state, layout.run, layout.boot_id)
        found = {}
        for path in sorted(self.layout.root.rglob("*")):
            if any(path == folder or folder in path.parents for folder in ours):
                continue
            if path.is_symlink():
                found[str(path)] = str(path.readlink())
            elif path.is_file():
                found[str(path)] = f"{path.stat().st_mode:o} {path.read_bytes()!r}"
        return {name.removeprefix(str(self.layout.root)): text for name, text in found.items()}

    def left(self) -> list[str]:
        """What is in folders of ours."""
        ours = (self.layout.opt, self.layout.etc, self.layout.state)
        return [str(path) for folder in ours for path in sorted(folder.rglob("*"))]

    def reload_units(self) -> None:
        """Read all unit files."""
        self.memory.loaded = {
            path.name: path.read_text()
            for path in self.layout.units.iterdir()
            if path.is_file() and not path.name.startswith(".")
        }

    def start_kubelet(self) -> None:
        """Start it with what unit and environment file say now."""
        start = unit_file.options([self.memory.loaded[names.KUBELET_UNIT]], "Service", "ExecStart")
        data = self.layout.extra_args.read_bytes() if self.layout.extra_args.exists() else b""
        words: list[str] = []
        for word in unit_file.words(start[-1]):
            if word == f"${names.EXTRA_ARGS_KEY}":
                words += extra_args.read(data).words or ()
            else:
                words.append(word)
        self.memory.kubelet = tuple(words)
        self.memory.restarts += 1

    def start_relay(self) -> bool:
        """Start it from `current`; False when it fails, after which the rescue has run."""
        self.memory.relay = ""
        current = self.layout.current
        tree = current.resolve().name if current.is_symlink() else ""
        version = tree.rpartition("-")[0]
        sound = (current / "cri-resmgr").is_file() and version not in self.broken
        if self.layout.disabled.exists() or names.RELAY_UNIT not in self.memory.loaded:
            return False
        if sound:
            self.memory.relay = tree
            self.memory.failed.discard(names.RELAY_UNIT)
            return True
        self.memory.failed.add(names.RELAY_UNIT)
        self.rescue("failed for good")
        return False

    def rescue(self, reason: str) -> None:
        """What the shell script does, if it is there."""
        if not self.layout.rescue.is_file() or names.RESCUE_UNIT not in self.memory.loaded:
            return
        data = self.layout.extra_args.read_bytes() if self.layout.extra_args.exists() else b""
        if not extra_args.has(data) and self.endpoint() != "relay":
            return
        self.layout.rescued.write_text(f"1 {reason}\n")
        # A line that was ours alone is left by it as an empty assignment.
        line = f"{names.EXTRA_ARGS_KEY}={names.ENDPOINT_ARGUMENT}\n".encode()
        left = data.replace(line, f"{names.EXTRA_ARGS_KEY}=\n".encode())
        self.layout.extra_args.write_bytes(extra_args.remove(left))
        self.start_kubelet()
        self.memory.relay = ""

    def settle(self) -> None:
        """Some minutes pass without the installer: the timer looks after the relay."""
        self.memory.time += 600
        watched = names.RESCUE_TIMER in self.memory.active
        if watched and self.endpoint() == "relay" and not self.check().ok:
            self.rescue("three failures")

    def reboot(self) -> None:
        """Everything stops; what is enabled starts."""
        self.memory = Memory(boots=self.memory.boots + 1, restarts=self.memory.restarts)
        self.layout.boot_id.write_text(f"boot-{self.memory.boots}\n")
        self.reload_units()
        for unit in self.memory.loaded:
            if self.enabled(unit) and unit.endswith((".timer", ".path")):
                self.memory.active.add(unit)
        if self.enabled(names.RELAY_UNIT):
            self.start_relay()
        self.start_kubelet()

    def endpoint(self) -> str:
        """`relay`, `containerd`, or nothing."""
        given = unit_file.endpoints(self.memory.kubelet, names.ENDPOINT_FLAG)
        return "relay" if given and given[-1].endswith(names.RELAY_SOCKET) else "containerd"

    def works(self) -> bool:
        """The kubelet has a runtime: containerd, or a relay that answers."""
        return bool(self.memory.kubelet) and (self.endpoint() == "containerd" or self.check().ok)

    def enabled(self, unit: str) -> bool:
        """Whether the link that enables it is there."""
        return (self.layout.units / "multi-user.target.wants" / unit).is_symlink()

    # Systemd

    def reload(self) -> None:
        """daemon-reload."""
        self._tell("systemd reload")
        self.reload_units()
        self._tell("systemd reloaded")

    def start(self, unit: str) -> None:
        """Start a unit."""
        self._tell(f"systemd start {unit}")
        if unit == names.KUBELET_UNIT:
            self.start_kubelet()
        elif unit == names.RELAY_UNIT:
            if not self.start_relay():
                raise problem.Problem(f"cannot start {unit}: it failed")
        elif unit not in self.memory.loaded:
            raise problem.Problem(f"cannot start {unit}: no such unit")
        else:
            self.memory.active.add(unit)
        self._tell(f"systemd started {unit}")

    def restart(self, unit: str) -> None:
        """Restart a unit."""
        self.start(unit)

    restart_alone = restart

    def stop(self, unit: str) -> None:
        """Stop a unit."""
        self._tell(f"systemd stop {unit}")
        self.memory.active.discard(unit)
        if unit == names.RELAY_UNIT:
            self.memory.relay = ""
        self._tell(f"systemd stopped {unit}")

    def enable(self, unit: str) -> None:
        """Make the link."""
        self._tell(f"systemd enable {unit}")
        link = self.layout.units / "multi-user.target.wants" / unit
        link.parent.mkdir(exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(f"../{unit}")
        self._tell(f"systemd enabled {unit}")

    def disable(self, unit: str) -> None:
        """Remove the link."""
        self._tell(f"systemd disable {unit}")
        (self.layout.units / "multi-user.target.wants" / unit).unlink(missing_ok=True)
        self._tell(f"systemd disabled {unit}")

    def reset_failed(self, unit: str) -> None:
        """Forget a failure."""
        self.memory.failed.discard(unit)

    def state(self, unit: str) -> interface.UnitState:
        """State of a unit."""
        if unit not in self.memory.loaded:
            return interface.UnitState()
        running = unit in self.memory.active or (unit == names.RELAY_UNIT and self.memory.relay)
        active = "active" if running else "failed" if unit in self.memory.failed else "inactive"
        enabled = "enabled" if self.enabled(unit) else "disabled"
        return interface.UnitState(
            "loaded",
            active,
            "running" if running else "dead",
            enabled,
            restarts=self.memory.relay_restarts if unit == names.RELAY_UNIT else 0,
        )

    def processes(self, unit: str) -> tuple[interface.Process, ...]:
        """The kubelet, as far as it runs."""
        if unit == names.KUBELET_UNIT and self.memory.kubelet:
            return (interface.Process(100, self.memory.kubelet),)
        return ()

    def run_once(self, argv: Sequence[str], timeout: float) -> int:
        """Run a program of a tree."""
        del timeout
        self._tell("systemd run")
        if not (self.layout.root / argv[0].lstrip("/")).is_file():
            return 127
        if (Path(argv[0]).name, *argv[1:]) == (bundle.TOOL, "release"):
            done = self.release()
            return 0 if done.ok and not done.detail else 1
        return 127 if any(f"{version}-" in argv[0] for version in self.unfit) else 0

    # Kubelet, gate, clock

    def healthy(self) -> bool:
        """Its health endpoint."""
        return not (self.sick and self.endpoint() == "relay") and self.works()

    def ready(self) -> bool | None:
        """The Node's condition."""
        return self.healthy()

    def check(self) -> interface.GateResult:
        """The gate."""
        version = self.memory.relay.rpartition("-")[0]
        ok = bool(version) and version not in self.hanging
        return interface.GateResult(ok, "" if ok else "it does not answer")

    def release(self) -> interface.GateResult:
        """Let go of containers, as the relay's tool does."""
        self._tell("release")
        return self.released

    def now(self) -> float:
        """Unix time."""
        return 1.7e9 + self.memory.time

    def monotonic(self) -> float:
        """Time since boot."""
        return self.memory.time

    def wait(self, seconds: float) -> bool:
        """Time passes."""
        self._tell(f"wait {seconds}")
        self.memory.time += seconds
        return True
