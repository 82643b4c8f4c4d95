# SPDX-License-Identifier: Apache-2.0
"""Raw objects as an API server gives them, for tests of code that reads them."""

from typing import Any

Object = dict[str, Any]

NAMESPACE = "shoot--test--a"
NAME = "cri-resmgr-extension"
OWN = "extensions.gardener.cloud/cri-resmgr-extension"
NODE = "extension-runtime-cri-resmgr"
MONITORING = "extension-monitoring-cri-resmgr"
ANNOTATION = "gardener.cloud/operation"
TIMESTAMP = "gardener.cloud/timestamp"
DOMAIN = "cri-resmgr.extensions.gardener.cloud"


def extension(
    *,
    operation: str = "",
    deleting: str = "",
    finalizers: tuple[str, ...] = (),
    last: tuple[str, str] | None = None,
    provider_config: Any = None,
    status: Object | None = None,
    **metadata: Any,
) -> Object:
    """Build an Extension; `last` is type and state of the last operation."""
    annotations = {TIMESTAMP: "2026-08-01T10:00:00.123456789Z"}
    if operation:
        annotations[ANNOTATION] = operation
    built: Object = {
        "apiVersion": "extensions.gardener.cloud/v1alpha1",
        "kind": "Extension",
        "metadata": {
            "namespace": NAMESPACE,
            "name": NAME,
            "uid": "uid-1",
            "resourceVersion": "10",
            "generation": 3,
            "creationTimestamp": "2026-08-01T09:00:00Z",
            "annotations": annotations,
            "finalizers": list(finalizers),
        }
        | metadata,
        "spec": {"type": "cri-resmgr-extension"},
        "status": dict(status or {}),
    }
    if deleting:
        built["metadata"]["deletionTimestamp"] = deleting
    if provider_config is not None:
        built["spec"]["providerConfig"] = provider_config
    if last is not None:
        built["status"]["lastOperation"] = {
            "type": last[0],
            "state": last[1],
            "progress": 50,
            "description": "as it was",
            "lastUpdateTime": "2026-08-01T10:30:00Z",
        }
    return built


def cluster(
    *,
    hibernation: bool = False,
    deleting: bool = False,
    force: bool = False,
    failed: bool = False,
    purpose: str = "production",
    pools: tuple[Object, ...] = ({"name": "pool-1"},),
) -> Object:
    """Build a Cluster with the parts of a Shoot that matter."""
    metadata: Object = {"name": "a", "namespace": "garden-test", "annotations": {}}
    if deleting or force:
        metadata["deletionTimestamp"] = "2026-08-01T11:00:00Z"
    if force:
        metadata["annotations"]["confirmation.gardener.cloud/force-deletion"] = "true"
    return {
        "apiVersion": "extensions.gardener.cloud/v1alpha1",
        "kind": "Cluster",
        "metadata": {"name": NAMESPACE, "resourceVersion": "5"},
        "spec": {
            "cloudProfile": {},
            "seed": {},
            "shoot": {
                "apiVersion": "core.gardener.cloud/v1beta1",
                "kind": "Shoot",
                "metadata": metadata,
                "spec": {
                    "purpose": purpose,
                    "kubernetes": {"version": "1.34.4"},
                    "hibernation": {"enabled": hibernation},
                    "provider": {"type": "local", "workers": list(pools)},
                },
                "status": {
                    "hibernated": hibernation,
                    "lastOperation": {"state": "Failed" if failed else "Succeeded"},
                },
            },
        },
    }


def managed_resource(
    name: str = NODE,
    *,
    phase: str = "install",
    since: str = "",
    state: str = "rolled out",
    deleting: bool = False,
    keep: bool = False,
) -> Object:
    """Build a ManagedResource; `state` is unseen, failing, unhealthy, rolling or rolled out."""
    annotations = {f"{DOMAIN}/phase": phase} if name == NODE else {}
    if since:
        annotations[f"{DOMAIN}/cleanup-since"] = since
    order = ("failing", "unhealthy", "rolling", "rolled out")
    reached = order.index(state) if state in order else -1
    statuses = {
        "ResourcesApplied": "True" if reached > 0 else "False",
        "ResourcesHealthy": "True" if reached > 1 else "False",
        "ResourcesProgressing": "False" if reached > 2 else "True",
    }
    secret = f"managedresource-{name}-12345678"
    built: Object = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {
            "namespace": NAMESPACE,
            "name": name,
            "resourceVersion": "20",
            "generation": 2,
            "labels": {"origin": "cri-resmgr-extension"},
            "annotations": annotations,
        },
        "spec": {"secretRefs": [{"name": secret}], "keepObjects": keep},
        "status": {
            "observedGeneration": 2 if reached >= 0 else 1,
            "conditions": [
                {
                    "type": kind,
                    "status": status,
                    "reason": "R",
                    "message": f"message of {kind}",
                }
                for kind, status in statuses.items()
            ],
        },
    }
    if name == MONITORING:
        built["spec"]["class"] = "seed"
    if deleting:
        built["metadata"]["deletionTimestamp"] = "2026-08-01T11:00:00Z"
    return built
