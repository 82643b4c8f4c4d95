# SPDX-License-Identifier: Apache-2.0
"""What the controller wants to know of a Cluster: answers, not the 58 kB that they come from.

Pure. The questions and where their answers stand: Gardener contract, section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from resmgr.config import provider

from . import extension

FORCE_DELETION = "confirmation.gardener.cloud/force-deletion"
GENERIC_KUBECONFIG = "generic-token-kubeconfig.secret.gardener.cloud/name"


class IncompleteCluster(Exception):
    """The Cluster has no readable shoot yet; gardenlet will write it, so try again.

    `cause` is the message without the Cluster, for a shoot that came from elsewhere.
    """

    def __init__(self, name: object, cause: str) -> None:
        """Keep the cause, and say in which Cluster it was."""
        self.cause = cause
        super().__init__(
            f"cannot read the shoot in Cluster {name}: {cause}; "
            "hint: gardenlet writes it at its next operation"
        )


@dataclass(frozen=True, slots=True)
class Cluster:
    """The facts about one shoot, as of gardenlet's last operation on it."""

    name: str
    resource_version: str
    kubernetes_version: str
    purpose: str
    hibernation_enabled: bool
    deleting_since: datetime | None
    force_deletion: bool
    failed: bool
    pools: tuple[provider.Pool, ...]
    architectures: tuple[str, ...]
    vertical_pod_autoscaler: bool
    generic_kubeconfig: str

    @property
    def without_nodes(self) -> bool:
        """Whether no node can be there that a clean-up would have to visit (2.8, CLU-2 to CLU-4).

        A shoot on its way into hibernation counts: its nodes are being deleted. One that wakes
        up has only fresh machines, but these may carry us already, so it does not count.
        """
        return bool(self.deleting_since) or self.hibernation_enabled or not self.pools


def parse(obj: Mapping[str, Any]) -> Cluster:
    """Read a Cluster as the API server gives it.

    Raises `IncompleteCluster` when there is no shoot in it, or one that is no Shoot.
    """
    metadata = obj["metadata"]
    shoot = (obj.get("spec") or {}).get("shoot") or {}
    try:
        return _read(metadata, shoot)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        missing = isinstance(error, KeyError)
        cause = f"the key {error} is missing" if missing else f"{type(error).__name__}: {error}"
        raise IncompleteCluster(metadata["name"], cause) from error


def _read(metadata: Mapping[str, Any], shoot: Mapping[str, Any]) -> Cluster:
    version = shoot.get("apiVersion", "core.gardener.cloud/v1beta1")
    if version != "core.gardener.cloud/v1beta1":
        message = f"version {version!r} is not known"
        raise ValueError(message)
    spec = shoot["spec"]
    status = shoot.get("status") or {}
    own = shoot.get("metadata") or {}
    annotations = own.get("annotations") or {}
    deleting_since = extension.parse_time(own.get("deletionTimestamp"))
    kubernetes = spec["kubernetes"]
    static = (kubernetes.get("kubelet") or {}).get("cpuManagerPolicy") or ""
    workers = spec["provider"].get("workers") or ()
    return Cluster(
        name=metadata["name"],
        resource_version=metadata.get("resourceVersion", ""),
        kubernetes_version=str(kubernetes["version"]),
        purpose=spec.get("purpose") or "",
        hibernation_enabled=bool((spec.get("hibernation") or {}).get("enabled")),
        deleting_since=deleting_since,
        force_deletion=deleting_since is not None and annotations.get(FORCE_DELETION) == "true",
        failed=(status.get("lastOperation") or {}).get("state") == "Failed",
        pools=tuple(_pool(worker, static) for worker in workers),
        architectures=tuple(sorted({_architecture(worker) for worker in workers})),
        vertical_pod_autoscaler=bool(
            (kubernetes.get("verticalPodAutoscaler") or {}).get("enabled")
        ),
        generic_kubeconfig=(metadata.get("annotations") or {}).get(GENERIC_KUBECONFIG)
        or "generic-token-kubeconfig",
    )


def _pool(worker: Mapping[str, Any], cpu_manager_policy: str) -> provider.Pool:
    kubelet = (worker.get("kubernetes") or {}).get("kubelet") or {}
    return provider.Pool(
        name=worker["name"],
        cri=(worker.get("cri") or {}).get("name") or "containerd",
        control_plane=worker.get("controlPlane") is not None,
        cpu_manager_policy=kubelet.get("cpuManagerPolicy") or cpu_manager_policy,
        labels=dict(worker.get("labels") or {}),
    )


def _architecture(worker: Mapping[str, Any]) -> str:
    return (worker.get("machine") or {}).get("architecture") or "amd64"
