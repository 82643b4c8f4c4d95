# SPDX-License-Identifier: Apache-2.0
"""A node for the rescue, made of files: a root folder, a systemctl that plays systemd, a gate.

The script runs under the shells that nodes have, and finds the programs that it may use and no
other one: what it needs beyond them is a failure of the test.
"""

import dataclasses
import functools
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from garden import binaries

ARGUMENT = "--container-runtime-endpoint=unix:///var/run/cri-resmgr/cri-resmgr.sock"
SCRIPT = binaries.PROJECT / "installer/rescue"
SHELLS = ("dash", "busybox", "bash")
PROGRAMS = (
    *("cat", "cp", "date", "dd", "ln", "mkdir", "mv", "readlink", "rm", "rmdir"),
    *("sleep", "sync", "timeout", "tr", "wc"),
)
"""All that the rescue may call, besides systemctl and our own gate."""

_SYSTEMCTL = """#!/bin/sh
# A kubelet gets the argument if its environment files hold it; a drop-in's file counts last.
node={root}
echo "$*" >>"$node/calls"
[ ! -e "$node/deaf" ] || exit 1
case "$*" in
"show --property="*)
    property=${{2#--property=}}
    cat "$node/units/$4.$property" 2>/dev/null || echo
    ;;
"restart "*kubelet.service)
    [ ! -e "$node/stuck" ] || exit 1
    read -r pid <"$node/units/kubelet.service.MainPID"
    rm -rf "$node/proc/$pid"
    pid=$((pid + 1))
    echo "$pid" >"$node/units/kubelet.service.MainPID"
    echo active >"$node/units/kubelet.service.ActiveState"
    mkdir -p "$node/proc/$pid"
    file=$node/var/lib/kubelet/extra_args
    drop_in=$node/run/systemd/system/kubelet.service.d/90-cri-resmgr-rescue
    [ ! -e "$drop_in.conf" ] || file=$drop_in.env
    {{
        printf 'kubelet\\0--container-runtime-endpoint=unix:///run/containerd/containerd.sock\\0'
        if grep -q '^[^#]*cri-resmgr.sock' "$file" 2>/dev/null; then printf '{argument}\\0'; fi
    }} >"$node/proc/$pid/cmdline"
    ;;
"stop "*) echo inactive >"$node/units/cri-resource-manager.service.ActiveState" ;;
daemon-reload) ;;
*) echo "no such call: $*" >>"$node/unknown" && exit 1 ;;
esac
"""


@functools.cache
def _busybox() -> str:
    return str(binaries.find("busybox")["busybox"])


def shell(name: str) -> list[str]:
    """The words that start a shell."""
    if name == "busybox":
        return [_busybox(), "ash"]
    found = shutil.which(name)
    assert found is not None, f"{name} is missing: apt-get install {name}"
    return [found, "--posix"] if name == "bash" else [found]


@dataclasses.dataclass
class Node:
    """A node's files, and what was asked of its systemd."""

    root: Path
    bin: Path
    shell: str

    @property
    def extra_args(self) -> Path:
        """The kubelet's environment file."""
        return self.root / "var/lib/kubelet/extra_args"

    @property
    def rescued(self) -> Path:
        """The mark for the installer."""
        return self.root / "var/lib/cri-resmgr/rescued"

    @property
    def drop_ins(self) -> Path:
        """Where an override would be."""
        return self.root / "run/systemd/system/kubelet.service.d"

    def calls(self, verb: str) -> list[str]:
        """What was asked of systemd with a verb."""
        lines = (self.root / "calls").read_text().splitlines()
        return [line for line in lines if line.split()[0] == verb]

    def set_unit(self, unit: str, name: str, value: str) -> None:
        """Have systemd say this about a unit."""
        (self.root / "units" / f"{unit}.service.{name}").write_text(f"{value}\n")

    @property
    def on_relay(self) -> bool:
        """Whether the running kubelet has our argument."""
        pid = (self.root / "units/kubelet.service.MainPID").read_text().strip()
        return ARGUMENT.encode() in (self.root / "proc" / pid / "cmdline").read_bytes()

    def run_kubelet(self, *words: str) -> None:
        """Have a kubelet that runs with these words."""
        folder = self.root / "proc/100"
        folder.mkdir(parents=True, exist_ok=True)
        base = "--container-runtime-endpoint=unix:///run/containerd/containerd.sock"
        line = "".join(f"{word}\0" for word in ("/opt/bin/kubelet", base, *words))
        (folder / "cmdline").write_text(line)
        self.set_unit("kubelet", "MainPID", "100")
        self.set_unit("kubelet", "ActiveState", "active")
        self.set_unit("cri-resource-manager", "ActiveState", "active")

    def gate(self, status: int, says: str = "") -> None:
        """Have a gate that ends so."""
        folder = self.root / "opt/cri-resmgr/current"
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "cri-resmgrctl"
        program.write_text(
            f'#!/bin/sh\necho "$*" >{self.root}/gated\necho "{says}"\nexit {status}\n'
        )
        program.chmod(0o755)

    def command(self, *words: str) -> list[str]:
        """The command line of the rescue."""
        return [*shell(self.shell), str(SCRIPT), "--root", str(self.root), *words]

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What the rescue finds in its environment."""
        return {"PATH": str(self.bin), **(more or {})}

    def run(
        self, *words: str, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the rescue to its end."""
        done = subprocess.run(
            self.command(*words),
            env=self.environment(more),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )
        assert "not found" not in done.stderr, done.stderr
        assert not (self.root / "unknown").exists(), (self.root / "unknown").read_text()
        return done


def make(folder: Path, shell_name: str) -> Node:
    """A node whose kubelet runs on the relay by a file that holds our argument alone."""
    root, bins = folder / "node", folder / "bin"
    for name in ("var/lib/kubelet", "var/lib/cri-resmgr", "etc/cri-resmgr", "run", "units"):
        (root / name).mkdir(parents=True)
    bins.mkdir()
    for name in PROGRAMS:
        source = _busybox() if shell_name == "busybox" else shutil.which(name)
        assert source is not None
        (bins / name).symlink_to(source)
    program = bins / "systemctl"
    program.write_text(_SYSTEMCTL.format(root=root, argument=ARGUMENT).replace("grep ", _grep()))
    program.chmod(0o755)
    (root / "calls").touch()
    made = Node(root, bins, shell_name)
    made.extra_args.write_text(f"KUBELET_EXTRA_ARGS={ARGUMENT}\n")
    made.run_kubelet(ARGUMENT)
    made.gate(0)
    return made


def _grep() -> str:
    """Ours, not a program that the rescue may use."""
    return f"{shutil.which('grep')} "
