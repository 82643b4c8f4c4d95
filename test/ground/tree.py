# SPDX-License-Identifier: Apache-2.0
"""The disk of one node: an overlay over the Debian that all nodes share, and its own files.

What containerd and kubelet keep lies on a disk beside the overlay, for containerd stacks overlays
itself. Both stay over a power cut.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import controlplane, gardener

MASKED = (
    "apt-daily-upgrade.timer",
    "apt-daily.timer",
    "console-getty.service",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty.target",
    "systemd-logind.service",
    "systemd-networkd.service",
    "systemd-pstore.service",
    "systemd-sysctl.service",
    "systemd-udev-trigger.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-udevd.service",
)
"""Units of Debian that want hardware, a person or the registry of packages."""

PAUSE = "localhost/pause:1"

_SETTINGS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
"""Settings of the kernel that `protectKernelDefaults` insists on; a node sees them as files."""

_BOOT_UNIT = """\
[Unit]
Description=What the kernel and a cloud do for a real machine
DefaultDependencies=no
After=local-fs.target
Before=containerd.service kubelet.service network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /usr/local/sbin/ground-boot
[Install]
WantedBy=multi-user.target
"""

_BOOT = """\
set -eu
mount --make-rshared /
while read -r _ point kind _; do
    case $kind in cgroup | cgroup2) mount -o remount,rw,bind "$point" ;; esac
done </proc/mounts
mkdir -p /run/ground
{settings}
ip link set lo up
ip address replace {address}/24 dev host0
ip link set host0 up
ip route replace default via {gateway}
echo 1 >/proc/sys/net/ipv4/ip_forward
for chain in OUTPUT PREROUTING; do
    iptables -w -t nat -A "$chain" -d {service}/32 -p tcp --dport 443 -j DNAT --to {server}
done
"""

_SETTING = """\
echo {value} >/run/ground/{name}
mount --bind /run/ground/{name} /proc/sys/{path}"""

_CONTAINERD = """\
version = 2

[plugins."io.containerd.grpc.v1.cri"]
restrict_oom_score_adj = true
sandbox_image = "{pause}"

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "/etc/cni/net.d"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = true

[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "/etc/containerd/certs.d"
"""

_HOSTS = """\
server = "{registry}"

[host."{registry}"]
capabilities = ["pull", "resolve"]
"""

_CNI = """\
{{
  "cniVersion": "0.4.0",
  "name": "ground",
  "plugins": [
    {{
      "type": "bridge",
      "bridge": "cni0",
      "isGateway": true,
      "ipMasq": false,
      "ipam": {{
        "type": "host-local",
        "ranges": [[{{"subnet": "{pods}"}}]],
        "routes": [{{"dst": "0.0.0.0/0"}}]
      }}
    }},
    {{"type": "portmap", "capabilities": {{"portMappings": true}}}}
  ]
}}
"""


@dataclass(frozen=True, slots=True)
class Spec:
    """What a node is to be."""

    name: str
    """At most seven letters: an interface is named after it."""

    pool: str = "worker"
    labels: Mapping[str, str] = field(default_factory=dict)
    """More labels than Gardener's, or others."""

    kubelet: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the KubeletConfiguration to replace."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Where the disk of a node lies on this machine."""

    folder: Path

    @property
    def root(self) -> Path:
        """The root of the node's file system, without what is mounted in the node."""
        return self.folder / "root"

    @property
    def containerd(self) -> Path:
        """The node's /var/lib/containerd."""
        return self.folder / "containerd"

    @property
    def kubelet(self) -> Path:
        """The node's /var/lib/kubelet."""
        return self.folder / "kubelet"

    def path(self, inside: str) -> Path:
        """Give where a path of the node lies; links in it are not followed."""
        for prefix, outside in (
            ("/var/lib/kubelet", self.kubelet),
            ("/var/lib/containerd", self.containerd),
        ):
            if inside == prefix or inside.startswith(f"{prefix}/"):
                return outside / inside.removeprefix(prefix).lstrip("/")
        return self.root / inside.lstrip("/")

    def write(self, inside: str, text: str, *, mode: int = 0o644) -> None:
        """Write a file of the node, with its folders."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)


def make(
    folder: Path,
    spec: Spec,
    *,
    number: int,
    control: controlplane.ControlPlane,
    registry: str,
    base: Path,
    kubelet: Path,
    version: str,
) -> Tree:
    """Make the disk of a node that has never booted, and mount it.

    Args:
        folder: where to; must not exist.
        spec: what the node is to be.
        number: the node's number in its place.
        control: the control plane to join.
        registry: URL that every image is pulled from.
        base: the Debian tree that is shared; nothing is written there.
        kubelet: the program.
        version: of Kubernetes.

    Raises:
        subprocess.CalledProcessError: the overlay cannot be mounted.
    """
    tree = Tree(folder)
    for name in ("upper", "work", "root", "containerd", "kubelet"):
        (folder / name).mkdir(parents=True)
    layers = f"lowerdir={base.resolve()},upperdir={folder / 'upper'},workdir={folder / 'work'}"
    subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", layers, str(tree.root)],
        check=True,
        capture_output=True,
    )
    _system(tree, spec, number=number, control=control)
    _containerd(tree, registry=registry, pods=control.place.pods(number))
    _kubelet(tree, spec, number=number, control=control, version=version)
    tree.path("/opt/bin").mkdir()
    shutil.copy2(kubelet.resolve(), tree.path("/opt/bin/kubelet"))
    return tree


def _system(tree: Tree, spec: Spec, *, number: int, control: controlplane.ControlPlane) -> None:
    place = control.place
    address = place.address(number)
    tree.path("/etc/resolv.conf").unlink(missing_ok=True)
    tree.path("/etc/hostname").unlink(missing_ok=True)
    tree.write("/etc/hostname", f"{spec.name}\n")
    tree.write("/etc/hosts", f"127.0.0.1 localhost\n{address} {spec.name}\n")
    tree.write("/etc/resolv.conf", f"nameserver {place.gateway}\n")
    tree.write("/etc/environment", "LANG=C.UTF-8\n")
    tree.write("/etc/machine-id", "")
    tree.write("/etc/systemd/system.conf.d/ground.conf", "[Manager]\nDefaultTimeoutStopSec=5s\n")
    units = tree.path("/etc/systemd/system")
    for unit in MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    settings = [
        _SETTING.format(value=value, path=path, name=path.replace("/", "."))
        for path, value in _SETTINGS.items()
    ]
    boot = _BOOT.format(
        settings="\n".join(settings),
        address=address,
        gateway=place.gateway,
        service=controlplane.SERVICE_ADDRESS,
        server=control.url.removeprefix("https://"),
    )
    tree.write("/usr/local/sbin/ground-boot", boot, mode=0o755)
    tree.write("/etc/systemd/system/ground-boot.service", _BOOT_UNIT)
    _enable(tree, "ground-boot.service")


def _containerd(tree: Tree, *, registry: str, pods: str) -> None:
    tree.write("/etc/containerd/config.toml", _CONTAINERD.format(pause=PAUSE))
    tree.write("/etc/containerd/certs.d/_default/hosts.toml", _HOSTS.format(registry=registry))
    tree.write("/etc/cni/net.d/10-ground.conflist", _CNI.format(pods=pods))


def _kubelet(
    tree: Tree, spec: Spec, *, number: int, control: controlplane.ControlPlane, version: str
) -> None:
    labels = gardener.labels(spec.pool, version=version.removeprefix("v")) | dict(spec.labels)
    unit = gardener.kubelet_unit(labels, address=control.place.address(number))
    tree.write("/etc/systemd/system/kubelet.service", unit, mode=0o600)
    _enable(tree, "kubelet.service")
    last = "/var/lib/gardener-node-agent/last-applied-osc.yaml"
    tree.write(last, gardener.last_applied(unit), mode=0o600)
    configuration = gardener.kubelet_configuration(spec.kubelet)
    tree.write("/var/lib/kubelet/config/kubelet", configuration, mode=0o600)
    bootstrap = control.kubeconfig(controlplane.BOOTSTRAP_TOKEN)
    tree.write("/var/lib/kubelet/kubeconfig-bootstrap", bootstrap, mode=0o600)
    tree.write("/var/lib/kubelet/ca.crt", control.authority)


def _enable(tree: Tree, unit: str) -> None:
    wants = tree.path("/etc/systemd/system/multi-user.target.wants")
    wants.mkdir(exist_ok=True)
    (wants / unit).symlink_to(f"/etc/systemd/system/{unit}")
