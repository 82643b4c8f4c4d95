# SPDX-License-Identifier: Apache-2.0
"""Topology hints of containers that are about to be created: where their devices are (sysfs, B.2).

Devices that a container may write or make count, and what the kubelet asks for. Unlike the
original, mounts do not: a look at a network file system that hangs would stop every container of
the node, and a volume on a local disk pulled containers to where nobody wanted them.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from ... import cpuset
from ...engine import events
from ...model import Container, Device, Hint, Pod
from ...policy import annotations, scoped
from ...sysfs import hints

ANNOTATION = "topologyhints.cri-resource-manager.intel.com"
KUBELET = "kubelet"

_ELSEWHERE = (
    "/.cri-resmgr",
    "/etc/",
    "/dev/termination-log",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/usr/lib32/",
    "/usr/lib64/",
)


@dataclass(frozen=True, slots=True)
class Located:
    """Adds hints to containers, with what sysfs tells of devices."""

    devices: hints.Devices

    @classmethod
    def below(cls, root: Path) -> "Located":
        """Look at the machine that is mounted there."""
        return cls(hints.Devices(root))

    def __call__(self, event: events.ContainerCreating) -> events.ContainerCreating:
        """Give the event with the hints of its container, sorted by provider."""
        found: dict[str, Hint] = {}
        if wanted(event.pod, event.container.name):
            for device in event.container.devices:
                if counts(device):
                    for near in self.devices.near(device.host_path):
                        hint = Hint(near.provider, near.cpus, near.numas, near.sockets)
                        found.setdefault(near.provider, hint)
        if asked := of_kubelet(event.container):
            found[asked.provider] = asked
        if not found:
            return event
        ordered = tuple(found[provider] for provider in sorted(found))
        return replace(event, container=replace(event.container, hints=ordered))


def wanted(pod: Pod, container: str) -> bool:
    """Whether devices are to be looked at; what is neither true nor false means that they are."""
    text = scoped.of_container(pod, ANNOTATION, container)
    return text is None or annotations.boolean(text) is not False


def counts(device: Device) -> bool:
    """Whether it matters where a device is."""
    paths = (device.host_path, device.container_path)
    return bool(set("wm") & set(device.permissions)) and not any(
        path.startswith(_ELSEWHERE) for path in paths
    )


def of_kubelet(container: Container) -> Hint | None:
    """Give what the kubelet's own managers ask for."""
    cpus, nodes = container.linux.cpuset_cpus, container.linux.cpuset_mems
    if not cpus and not nodes:
        return None
    return Hint(KUBELET, cpuset.show(cpus), cpuset.show_ids(nodes))
