# SPDX-License-Identifier: Apache-2.0
"""Paths of a node that pods of the node part see, each with the reason why it has to.

`docs/reference/pod-security.md` lists them; a test keeps the two together.
"""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class HostPath:
    """One path, mounted at the same place in the pod."""

    name: str
    path: str
    type: str
    """As in a hostPath volume: what must be there, or is made when it is not."""

    read_only: bool
    reason: str
    follows_mounts: bool = False
    """Whether mounts below come and go in the pod as on the node. Otherwise the pod would keep
    file systems busy that the node has unmounted."""


INSTALLATION = (
    HostPath(
        name="cri-resmgr-programs",
        path="/opt/cri-resmgr",
        type="DirectoryOrCreate",
        read_only=False,
        reason="versioned directories with the resource manager's programs",
    ),
    HostPath(
        name="cri-resmgr-config",
        path="/etc/cri-resmgr",
        type="DirectoryOrCreate",
        read_only=False,
        reason="fallback and force configuration, extra options, a person's switch `disabled`",
    ),
    HostPath(
        name="cri-resmgr-state",
        path="/var/lib/cri-resmgr",
        type="DirectoryOrCreate",
        read_only=False,
        reason="the journal of the installation, and the policy state that a removal takes away",
    ),
    HostPath(
        name="cri-resmgr-sockets",
        path="/var/run/cri-resmgr",
        type="DirectoryOrCreate",
        read_only=False,
        reason="the relay's socket, through which the gate speaks before the kubelet does",
    ),
    HostPath(
        name="systemd-units",
        path="/etc/systemd/system",
        type="Directory",
        read_only=False,
        reason="our own units; those of others are only read",
    ),
    HostPath(
        name="system-bus",
        path="/run/dbus/system_bus_socket",
        type="Socket",
        read_only=True,
        reason="asks systemd to restart units, which needs neither privileges nor hostPID",
    ),
    HostPath(
        name="containerd",
        path="/run/containerd",
        type="Directory",
        read_only=True,
        follows_mounts=True,
        reason="the gate's socket; the directory, since a restart makes a new socket",
    ),
    HostPath(
        name="kubelet",
        path="/var/lib/kubelet",
        type="Directory",
        read_only=False,
        follows_mounts=True,
        reason="the file extra_args; the directory, since the file is replaced by a rename",
    ),
    HostPath(
        name="gardener-node-agent",
        path="/var/lib/gardener-node-agent",
        type="Directory",
        read_only=True,
        reason="the original kubelet unit, for nodes that the former extension has edited",
    ),
)

AGENT = (
    HostPath(
        name="cri-resmgr-sockets",
        path="/var/run/cri-resmgr",
        type="DirectoryOrCreate",
        read_only=False,
        reason="serves the agent's socket and reaches the daemon's",
    ),
)
