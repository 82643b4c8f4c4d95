# SPDX-License-Identifier: Apache-2.0
"""What is configured: the data of the module `policy.topology-aware`, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import globs

SYSTEM = "kube-system"
"""The namespace that is always on reserved CPUs."""


@dataclass(frozen=True, slots=True)
class Options:
    """See the fields of the configuration."""

    pin_cpu: bool = True
    pin_memory: bool = True
    prefer_isolated: bool = True
    prefer_shared: bool = False
    reserved_namespaces: tuple[str, ...] = (SYSTEM,)
    colocate_pods: bool = False
    colocate_namespaces: bool = False

    def is_reserved(self, namespace: str) -> bool:
        """Whether the containers of a namespace run on reserved CPUs."""
        return namespace == SYSTEM or globs.listed(self.reserved_namespaces, namespace)


_SWITCHES = {
    "PinCPU": "pin_cpu",
    "PinMemory": "pin_memory",
    "PreferIsolatedCPUs": "prefer_isolated",
    "PreferSharedCPUs": "prefer_shared",
    "ColocatePods": "colocate_pods",
    "ColocateNamespaces": "colocate_namespaces",
}


def of(config: Mapping[str, Any]) -> Options:
    """Read what was judged before; what is not there, or null, has its default."""
    switches = {
        field: config[key] for key, field in _SWITCHES.items() if isinstance(config.get(key), bool)
    }
    namespaces = config.get("ReservedPoolNamespaces")
    if namespaces is None:
        return Options(**switches)
    return Options(**switches, reserved_namespaces=tuple(map(str, namespaces)))
