# SPDX-License-Identifier: Apache-2.0
"""Cluster objects as gardenlet writes them: a snapshot of shoot, seed and cloud profile.

Pure: options in, object out. Gardener contract, section 3 and Annex B.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GENERIC_KUBECONFIG = "generic-token-kubeconfig"
"""Secret in the shoot namespace with a kubeconfig that takes its token from a file."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker pool. Empty texts leave the field out, as defaulting may have."""

    name: str = "worker"
    cri: str = "containerd"
    architecture: str = "amd64"
    maximum: int = 3
    kubernetes_version: str = ""
    cpu_manager_policy: str = ""
    control_plane: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """What a test may want of a shoot; `dataclasses.replace` makes the next state of it.

    `hibernation` is what the owner wants, `hibernated` what is so. `deleted_at` is RFC 3339.
    `size` in bytes of JSON is reached by a longer cloud profile. `empty` leaves the shoot
    without content, as it can be for a moment.
    """

    workers: tuple[Worker, ...] = (Worker(),)
    kubernetes_version: str = "1.34.4"
    hibernation: bool = False
    hibernated: bool = False
    purpose: str = "evaluation"
    deleted_at: str = ""
    force_deletion: bool = False
    operation: str = "Reconcile"
    state: str = "Processing"
    region: str = "local"
    size: int = 0
    empty: bool = False


def cluster(namespace: str, options: Options) -> dict[str, Any]:
    """Build the Cluster of the shoot with technical id `namespace`."""
    spec: dict[str, Any] = {
        "cloudProfile": _cloud_profile(),
        "seed": _seed(options),
        "shoot": {} if options.empty else _shoot(namespace, options),
    }
    _pad(spec, options.size)
    return {
        "apiVersion": "extensions.gardener.cloud/v1alpha1",
        "kind": "Cluster",
        "metadata": {
            "name": namespace,
            "annotations": {
                "generic-token-kubeconfig.secret.gardener.cloud/name": GENERIC_KUBECONFIG
            },
        },
        "spec": spec,
    }


def _shoot(namespace: str, options: Options) -> dict[str, Any]:
    name = namespace.rpartition("--")[2]
    project = namespace.split("--")[1] if namespace.count("--") == 2 else "test"
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": f"garden-{project}",
        "uid": "00000000-0000-4000-8000-" + name.encode().hex()[-12:].rjust(12, "0"),
        "annotations": {},
    }
    if options.deleted_at:
        metadata["deletionTimestamp"] = options.deleted_at
        metadata["annotations"]["confirmation.gardener.cloud/deletion"] = "true"
    if options.force_deletion:
        metadata["annotations"]["confirmation.gardener.cloud/force-deletion"] = "true"
    return {
        "apiVersion": "core.gardener.cloud/v1beta1",
        "kind": "Shoot",
        "metadata": metadata,
        "spec": {
            "cloudProfile": {"kind": "CloudProfile", "name": "local"},
            "extensions": [{"type": "cri-resmgr-extension"}],
            "hibernation": {"enabled": options.hibernation},
            "kubernetes": {"version": options.kubernetes_version},
            "networking": {"type": "calico", "nodes": "10.180.0.0/16"},
            "provider": {"type": "local", "workers": [_worker(w) for w in options.workers]},
            "purpose": options.purpose,
            "region": options.region,
            "seedName": "local",
        },
        "status": {
            "gardener": {"name": "garden", "version": "v1.150.0"},
            "hibernated": options.hibernated,
            "lastOperation": {
                "description": f"{options.operation} of the shoot.",
                "lastUpdateTime": "2026-01-01T00:00:00Z",
                "progress": 100 if options.state == "Succeeded" else 50,
                "state": options.state,
                "type": options.operation,
            },
            "technicalID": namespace,
        },
    }


def _worker(worker: Worker) -> dict[str, Any]:
    machine: dict[str, Any] = {
        "type": "local",
        "image": {"name": "local", "version": "1.0.0"},
    }
    if worker.architecture:
        machine["architecture"] = worker.architecture
    pool: dict[str, Any] = {
        "name": worker.name,
        "machine": machine,
        "minimum": 1,
        "maximum": worker.maximum,
        "maxSurge": 1,
        "maxUnavailable": 0,
        "systemComponents": {"allow": True},
    }
    kubernetes: dict[str, Any] = {}
    if worker.kubernetes_version:
        kubernetes["version"] = worker.kubernetes_version
    if worker.cpu_manager_policy:
        kubernetes["kubelet"] = {"cpuManagerPolicy": worker.cpu_manager_policy}
    optional: dict[str, Any] = {
        "cri": {"name": worker.cri} if worker.cri else {},
        "kubernetes": kubernetes,
        "labels": dict(worker.labels),
        "controlPlane": {"backup": None} if worker.control_plane else {},
    }
    return pool | {key: value for key, value in optional.items() if value}


def _seed(options: Options) -> dict[str, Any]:
    return {
        "apiVersion": "core.gardener.cloud/v1beta1",
        "kind": "Seed",
        "metadata": {"name": "local"},
        "spec": {"provider": {"type": "local", "region": options.region}},
    }


def _cloud_profile() -> dict[str, Any]:
    return {
        "apiVersion": "core.gardener.cloud/v1beta1",
        "kind": "CloudProfile",
        "metadata": {"name": "local"},
        "spec": {"type": "local", "machineTypes": []},
    }


def _pad(spec: dict[str, Any], size: int) -> None:
    """Append machine types, of which real cloud profiles have hundreds, until `size` is reached."""
    types = spec["cloudProfile"]["spec"]["machineTypes"]
    missing = size - len(json.dumps(spec))
    while missing > 0:
        number = len(types)
        types.append(
            {
                "name": f"machine-{number}",
                "architecture": "amd64",
                "cpu": str(2 + number % 94),
                "gpu": "0",
                "memory": f"{4 + number % 380}Gi",
                "usable": True,
                "storage": {"class": "standard", "type": "default", "size": "50Gi"},
            }
        )
        missing -= len(json.dumps(types[-1])) + 2
