# SPDX-License-Identifier: Apache-2.0
"""Checks of the machine and of who else places containers on it."""

from pathlib import Path

from resmgr import cpuset
from resmgr.sysfs import discover, speeds

from ..drawing import words
from ..node import cgroups, kubelet
from .finding import Finding, Node, note, ok, unknown, wrong

_PODS = ("kubepods.slice", "kubepods")
_NONE = ("", "none", "None")
_PLUGINS = ("opt/nri/plugins", "etc/nri/conf.d")
"""Folders, below the root, in which containerd finds NRI plug-ins."""

_KUBELET = "systemctl status kubelet.service"


def versions(node: Node) -> Finding:
    """Tell which cgroups there are."""
    layout = cgroups.look(node.root)
    if layout.version == "none":
        return wrong("cgroups", "none are mounted", "mount them below /sys/fs/cgroup")
    return ok("cgroups", layout.version)


def cpusets(node: Node) -> Finding:
    """Look whether containers can be held to CPUs at all."""
    layout = cgroups.look(node.root)
    hierarchy = layout.hierarchy("cpuset")
    if hierarchy is None:
        remedy = "boot without cgroup_disable=cpuset; cgroup v2: enable it for kubepods"
        return wrong("cpuset", "the kernel offers no cpuset controller for cgroups", remedy)
    pods = next((hierarchy / one for one in _PODS if (hierarchy / one).is_dir()), None)
    if pods is None:
        return note("cpuset", f"is there, in {hierarchy}; no pod has run yet")
    held = cgroups.held(pods)
    if held is None:
        remedy = f"echo +cpuset > {hierarchy}/cgroup.subtree_control"
        return wrong("cpuset", f"{pods} has no cpuset: no container can be pinned", remedy)
    try:
        online = discover.discover(node.root).machine.online
    except discover.DiscoveryError:
        online = held.cpus
    if online & ~held.cpus:
        detail = f"{pods} is held to CPUs {cpuset.show(held.cpus)} of {cpuset.show(online)}"
        return note("cpuset", detail, "name only these in AvailableResources, or free the others")
    return ok("cpuset", f"{pods} may use all CPUs")


def cpus(node: Node) -> Finding:
    """Tell of CPUs that are not like others."""
    try:
        told = discover.discover(node.root, device=speeds.source(node.root))
    except discover.DiscoveryError as error:
        remedy = "the daemon does not start on such a machine; --sysfs-root names another"
        return wrong("CPUs", str(error), remedy)
    machine = told.machine
    parts = [f"{_some(len(machine.cpus), 'CPU')}, {_some(len(machine.nodes), 'NUMA node')}"]
    for package in machine.packages.values():
        if package.speed_select is not None:
            used = ", ".join(words.package(package)[1:]) or "nothing in use"
            parts.append(f"Speed Select of package {package.id}: {used}")
    if machine.offline:
        parts.append(f"offline {cpuset.show(machine.offline)}")
    parts.extend(told.warnings)
    if not machine.isolated:
        worth = machine.offline or told.warnings
        return (note if worth else ok)("CPUs", "; ".join(parts))
    parts.append(f"isolated by the kernel {cpuset.show(machine.isolated)}")
    remedy = (
        "policies static, static-plus and topology-aware keep them for exclusive CPUs;"
        " to others they are CPUs like all"
    )
    return note("CPUs", "; ".join(parts), remedy)


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def endpoint(node: Node) -> Finding:
    """See which socket the running kubelet speaks to."""
    found = kubelet.look(node.root)
    name = "kubelet endpoint"
    if found is None:
        return unknown(name, "no kubelet is seen", _KUBELET)
    if not found.endpoint:
        return unknown(name, f"the kubelet (pid {found.pid}) names no runtime", _KUBELET)
    if Path(found.endpoint).name == Path(node.relay).name:
        return ok(name, found.endpoint)
    detail = f"{found.endpoint}: the kubelet passes the daemon by, so that nothing is placed"
    return note(name, detail, "cri-resmgr-installer status; cri-resmgr-installer doctor")


def managers(node: Node) -> Finding:
    """See whether the kubelet places containers too."""
    found = kubelet.look(node.root)
    name = "kubelet managers"
    if found is None:
        return unknown(name, "no kubelet is seen", _KUBELET)
    if found.problem:
        return unknown(name, found.problem, "run it as root on the node")
    policies = {
        "cpuManagerPolicy": found.setting("cpu-manager-policy", "cpuManagerPolicy"),
        "memoryManagerPolicy": found.setting("memory-manager-policy", "memoryManagerPolicy"),
    }
    pinning = [f"{key}: {value}" for key, value in policies.items() if value not in _NONE]
    if pinning:
        remedy = (
            "set them to none in the pool's kubelet configuration, remove"
            " /var/lib/kubelet/cpu_manager_state, and restart the kubelet"
        )
        return wrong(name, f"the kubelet pins containers itself: {', '.join(pinning)}", remedy)
    topology = found.setting("topology-manager-policy", "topologyManagerPolicy")
    if topology not in _NONE:
        detail = f"topologyManagerPolicy: {topology}; it knows nothing of our placements"
        return note(name, detail, "set it to none unless devices need it")
    return ok(name, "the kubelet pins nothing itself")


def others(node: Node) -> Finding:
    """Look for programs that place containers as well."""
    plugins = [
        f"/{folder}/{path.name}"
        for folder in _PLUGINS
        if (node.root / folder).is_dir()
        for path in sorted((node.root / folder).iterdir())
    ]
    if plugins:
        remedy = "remove those that set CPUs or memory nodes"
        return note("others", f"plug-ins of the runtime: {', '.join(plugins[:3])}", remedy)
    return ok("others", "no plug-in of the runtime is seen")
