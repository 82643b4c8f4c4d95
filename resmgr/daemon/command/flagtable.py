# SPDX-License-Identifier: Apache-2.0
"""Every flag of the daemon, once: parser, usage text and completion scripts read this table.

Names and defaults are those of the original (resource manager, sections 2.1 and 2.2), so that unit
files and environment files go on working. Beyond it: `sysfs-root`,
`introspection-socket`, `check`.
"""

from collections.abc import Mapping

from ...config.goflag import Flag, Kind
from ...config.schemas import logger

_SOCKETS = "Sockets and folders"
_CONFIGURATION = "Configuration"
_MACHINE = "The machine"
_WATCH = "Watching it"
_ONCE = "Do one thing and exit"
_LOGGING = "Logging"

CGROUP = "/sys/fs/cgroup"
"""Where cgroups are mounted below the root of the machine."""

_DAEMON = (
    Flag(
        "runtime-socket",
        Kind.FILE,
        "/var/run/containerd/containerd.sock",
        "Socket of the container runtime; - for none.",
        _SOCKETS,
    ),
    Flag(
        "image-socket",
        Kind.FILE,
        "default",
        "Socket of the image service; default is the runtime's, - for none.",
        _SOCKETS,
    ),
    Flag(
        "relay-socket",
        Kind.FILE,
        "/var/run/cri-resmgr/cri-resmgr.sock",
        "Socket that the kubelet speaks to.",
        _SOCKETS,
    ),
    Flag("relay-dir", Kind.FOLDER, "/var/lib/cri-resmgr", "Folder for what is kept.", _SOCKETS),
    Flag(
        "agent-socket",
        Kind.FILE,
        "/var/run/cri-resmgr/cri-resmgr-agent.sock",
        "Socket of the node agent; disabled for none.",
        _SOCKETS,
    ),
    Flag(
        "config-socket",
        Kind.FILE,
        "/var/run/cri-resmgr/cri-resmgr-config.sock",
        "Socket that the node agent gives configurations to; disabled for none.",
        _SOCKETS,
    ),
    Flag(
        "introspection-socket",
        Kind.FILE,
        "/var/run/cri-resmgr/cri-resmgr-introspect.sock",
        "Socket on which root may ask what the daemon knows; disabled for none.",
        _SOCKETS,
    ),
    Flag(
        "pid-file",
        Kind.FILE,
        "",
        "File with the process id; by default /var/run/cri-resmgr.pid, /tmp/... without root.",
        _SOCKETS,
    ),
    Flag(
        "allow-untested-runtimes",
        Kind.BOOLEAN,
        "false",
        "Accept runtimes other than containerd and CRI-O.",
        _SOCKETS,
    ),
    Flag(
        "fallback-config",
        Kind.FILE,
        "",
        "Configuration to begin with while the node agent has given none.",
        _CONFIGURATION,
    ),
    Flag(
        "force-config",
        Kind.FILE,
        "",
        "Configuration above all others; the node agent's are not taken.",
        _CONFIGURATION,
    ),
    Flag(
        "force-config-signal",
        Kind.SIGNAL,
        "SIGHUP",
        "Signal that has the forced configuration read again; disable for none.",
        _CONFIGURATION,
    ),
    Flag(
        "disable-policy-switch",
        Kind.BOOLEAN,
        "false",
        "Refuse a configuration with another policy than the one that has placed containers.",
        _CONFIGURATION,
    ),
    Flag(
        "sysfs-root",
        Kind.FOLDER,
        "",
        "Folder below which sys, proc and cgroups are read and written, for machines that are"
        " mounted elsewhere or made up.",
        _MACHINE,
    ),
    Flag("host-root", Kind.FOLDER, "", "The older name of --sysfs-root.", _MACHINE),
    Flag(
        "cgroup-mount",
        Kind.FOLDER,
        "",
        f"Mount point of the cgroup controllers; by default ROOT{CGROUP}.",
        _MACHINE,
    ),
    Flag(
        "cgroup-v2-dir",
        Kind.FOLDER,
        "",
        "Mount point of cgroup v2, for statistics of what has no hierarchy of its own below"
        f" --cgroup-path; by default ROOT{CGROUP}/unified, or --cgroup-path if that is cgroup v2.",
        _MACHINE,
    ),
    Flag(
        "cgroup-path",
        Kind.FOLDER,
        "",
        "Mount point below which each cgroup controller has a folder, for statistics; by default"
        f" ROOT{CGROUP}.",
        _MACHINE,
    ),
    Flag(
        "kubelet-cgroup-root",
        Kind.TEXT,
        "",
        "Taken for old command lines; has no effect.",
        _MACHINE,
        idle="the cgroups of pods are found without it",
    ),
    Flag(
        "bpf-install-path",
        Kind.FOLDER,
        "/usr/libexec/bpf",
        "Folder of a program that finds users of AVX-512; has no effect: they are not looked for.",
        _MACHINE,
        idle="this version does not look for users of AVX-512",
    ),
    Flag(
        "metrics-interval",
        Kind.DURATION,
        "0",
        "Time between two readings of costly metrics; 0 reads them when they are asked for.",
        _WATCH,
    ),
    Flag(
        "rebalance-interval",
        Kind.DURATION,
        "0",
        "Time between two rebalancings of containers; 0 for none.",
        _WATCH,
    ),
    Flag("disable-ui", Kind.BOOLEAN, "false", "Serve no visualisation.", _WATCH),
    Flag(
        "external-visualizers",
        Kind.TEXT,
        "",
        "Folders with visualisations, comma-separated; has no effect: none are served.",
        _WATCH,
        idle="this version serves no visualisations",
    ),
    Flag("check", Kind.BOOLEAN, "false", "Tell whether it could start so, and how.", _ONCE),
    Flag("print-config", Kind.BOOLEAN, "false", "Print the default configuration.", _ONCE),
    Flag("list-policies", Kind.BOOLEAN, "false", "Print the policies that there are.", _ONCE),
    Flag("reset-config", Kind.BOOLEAN, "false", "Forget the node agent's configuration.", _ONCE),
    Flag("reset-policy", Kind.BOOLEAN, "false", "Forget the policy and what it knows.", _ONCE),
    Flag("version", Kind.BOOLEAN, "false", "Print the version.", _ONCE),
)

_KLOG_KINDS = {"v": Kind.WHOLE, "log_file_max_size": Kind.WHOLE, "log_dir": Kind.FOLDER}
_KLOG_TEXTS = ("log_backtrace_at", "log_file", "stderrthreshold", "vmodule")


_KLOG_IDLE = dict.fromkeys(("v", "vmodule"), "debug messages are chosen by Debug of module logger")
"""Levels of klog's own messages, of which there are none."""


def _klog(name: str) -> Kind:
    return _KLOG_KINDS.get(name, Kind.TEXT if name in _KLOG_TEXTS else Kind.BOOLEAN)


KLOG: Mapping[str, Flag] = {
    field.name: Flag(
        field.name,
        _klog(field.name),
        field.default,
        field.doc,
        _LOGGING,
        idle=_KLOG_IDLE.get(field.name, ""),
    )
    for field in logger.KLOG
}
"""The flags of klog by name."""

FLAGS: Mapping[str, Flag] = {**{flag.name: flag for flag in _DAEMON}, **KLOG}
"""All flags by name, in the order of the usage text."""
