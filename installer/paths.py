# SPDX-License-Identifier: Apache-2.0
"""Every path on a node that the installer reads or writes, below one root."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a node below `root`: `/` on a node and in the pod, a folder in tests.

    In the pod the host's folders are mounted at the same place (docs/reference/pod-security.md),
    so one layout serves both. Paths that are written *into* files (units, arguments) are the
    constants of `names`, never these.
    """

    root: Path

    @property
    def opt(self) -> Path:
        """Programs: `versions/`, the links `current` and `previous`, the file `rescue`."""
        return self.root / "opt/cri-resmgr"

    @property
    def versions(self) -> Path:
        """One folder a bundle: `<version>-<12 hex digits of its manifest's hash>`."""
        return self.opt / "versions"

    @property
    def current(self) -> Path:
        """Relative link to the bundle that the relay's unit runs."""
        return self.opt / "current"

    @property
    def previous(self) -> Path:
        """Relative link to the bundle that ran before, kept for a roll-back."""
        return self.opt / "previous"

    @property
    def rescue(self) -> Path:
        """The shell script that gives the kubelet back, outside of the versions on purpose."""
        return self.opt / "rescue"

    @property
    def etc(self) -> Path:
        """Configuration of the relay, and the person's switch."""
        return self.root / "etc/cri-resmgr"

    @property
    def fallback(self) -> Path:
        """Configuration of a relay that has been told nothing yet."""
        return self.etc / "fallback.cfg"

    @property
    def force(self) -> Path:
        """Configuration that counts whatever the agent brings."""
        return self.etc / "force.cfg"

    @property
    def extra_options(self) -> Path:
        """The owner's EXTRA_OPTIONS as they came; nothing reads this file but people."""
        return self.etc / "EXTRA_OPTIONS.cfg"

    @property
    def disabled(self) -> Path:
        """A person's switch: while it is there, the kubelet stays on containerd. Never ours."""
        return self.etc / "disabled"

    @property
    def state(self) -> Path:
        """State of the relay (its `--relay-dir`), and below it that of the installer."""
        return self.root / "var/lib/cri-resmgr"

    @property
    def installer(self) -> Path:
        """State of the installer."""
        return self.state / "installer"

    @property
    def journal(self) -> Path:
        """Steps begun and done, synced before and after each."""
        return self.installer / "journal"

    @property
    def status(self) -> Path:
        """JSON: what the installer last knew; read by the probes, `status` and `doctor`."""
        return self.installer / "status.json"

    @property
    def lock(self) -> Path:
        """Locked (flock) by the one installer that may change this node."""
        return self.installer / "lock"

    @property
    def created(self) -> Path:
        """Empty marker: `extra_args` was not there before us, so an emptied one is removed."""
        return self.installer / "extra_args.created"

    @property
    def switched(self) -> Path:
        """When the kubelet was last moved to the relay: `<boot id> <seconds since boot>`."""
        return self.installer / "switched"

    @property
    def rescued(self) -> Path:
        """Written by the rescue: `<unix time> <reason sentence>`."""
        return self.state / "rescued"

    @property
    def run(self) -> Path:
        """Sockets of the relay and the agent."""
        return self.root / "var/run/cri-resmgr"

    @property
    def relay_socket(self) -> Path:
        """Where the relay listens."""
        return self.run / "cri-resmgr.sock"

    @property
    def sockets(self) -> tuple[Path, ...]:
        """All that the relay listens on; one that was killed leaves them behind."""
        names = ("cri-resmgr-config.sock", "cri-resmgr-introspect.sock")
        return self.relay_socket, *(self.run / name for name in names)

    @property
    def containerd_socket(self) -> Path:
        """Where containerd listens."""
        return self.root / "run/containerd/containerd.sock"

    @property
    def crio_socket(self) -> Path:
        """Where CRI-O listens, on nodes that are not for us."""
        return self.root / "run/crio/crio.sock"

    @property
    def bus(self) -> Path:
        """The system bus, over which systemd is asked."""
        return self.root / "run/dbus/system_bus_socket"

    @property
    def units(self) -> Path:
        """Units of the administrator; ours are among them, the others are only read."""
        return self.root / "etc/systemd/system"

    @property
    def kubelet_unit(self) -> Path:
        """The kubelet's unit, of gardener-node-agent."""
        return self.units / "kubelet.service"

    @property
    def kubelet_drop_ins(self) -> Path:
        """Folder with drop-ins for the kubelet's unit; may be missing."""
        return self.units / "kubelet.service.d"

    @property
    def kubelet(self) -> Path:
        """State of the kubelet."""
        return self.root / "var/lib/kubelet"

    @property
    def extra_args(self) -> Path:
        """Environment file with further arguments of the kubelet; may be missing."""
        return self.kubelet / "extra_args"

    @property
    def rescue_temporary(self) -> Path:
        """What a rescue leaves that is cut off while it writes `extra_args`."""
        return self.kubelet / ".extra_args.cri-resmgr"

    @property
    def kubelet_config(self) -> Path:
        """KubeletConfiguration, YAML or JSON."""
        return self.kubelet / "config/kubelet"

    @property
    def last_osc(self) -> Path:
        """What gardener-node-agent last applied: the truth about the kubelet's unit."""
        return self.root / "var/lib/gardener-node-agent/last-applied-osc.yaml"

    @property
    def boot_id(self) -> Path:
        """Changes with each boot, and is the same in a pod."""
        return self.root / "proc/sys/kernel/random/boot_id"

    def on_node(self, path: Path) -> str:
        """The path as the node names it, such as `/opt/cri-resmgr/current`."""
        return "/" + str(path.relative_to(self.root))
