# SPDX-License-Identifier: Apache-2.0
"""Objects of one shoot for tests of health: all fine, unless a test says otherwise."""

from datetime import datetime, timedelta
from typing import Any

from unit.controller import virtual_time

from controller import cluster, extension, names, node_report, observed

NAMESPACE = "shoot--test--a"
NOW = virtual_time.START
SYSTEM = "SystemComponentsHealthy"
OBSERVABILITY = "ObservabilityComponentsHealthy"

NODE = names.NODE_MANAGED_RESOURCE
MONITORING = names.MONITORING_MANAGED_RESOURCE


def raw_extension(
    *,
    namespace: str = NAMESPACE,
    conditions: list[dict[str, Any]] | None = None,
    operation: dict[str, Any] | None = None,
    version: str = "10",
    **metadata: Any,
) -> dict[str, Any]:
    """Make an Extension; its last operation is a creation that succeeded long ago."""
    last = {
        "type": "Create",
        "state": "Succeeded",
        "progress": 100,
        "description": "done",
        "lastUpdateTime": stamp(-3600),
    }
    return {
        "metadata": {
            "name": "cri-resmgr-extension",
            "namespace": namespace,
            "uid": "u1",
            "generation": 1,
            "resourceVersion": version,
            **metadata,
        },
        "spec": {"type": "cri-resmgr-extension"},
        "status": {"lastOperation": last | (operation or {}), "conditions": conditions or []},
    }


def make_extension(**more: Any) -> extension.Extension:
    """Make an Extension as the controller reads it."""
    return extension.parse(raw_extension(**more))


def make_cluster(
    *, namespace: str = NAMESPACE, hibernated: bool = False, workers: int = 1, purpose: str = ""
) -> cluster.Cluster:
    """Make a Cluster with one pool of nodes that is awake."""
    shoot = {
        "spec": {
            "kubernetes": {"version": "1.34.0"},
            "hibernation": {"enabled": hibernated},
            "provider": {"workers": [{"name": f"pool-{n}"} for n in range(workers)]},
            "purpose": purpose,
        }
    }
    metadata = {"name": namespace, "resourceVersion": "5"}
    return cluster.parse({"metadata": metadata, "spec": {"shoot": shoot}})


def make_resource(
    name: str = NODE,
    *,
    namespace: str = NAMESPACE,
    generation: int = 1,
    version: str = "20",
    message: str = "",
    **statuses: str,
) -> observed.ManagedResource:
    """Make a ManagedResource that is healthy; `statuses` by condition, "" for a missing one."""
    wanted = {
        "ResourcesApplied": "True",
        "ResourcesHealthy": "True",
        "ResourcesProgressing": "False",
    } | statuses
    conditions = [
        {"type": kind, "status": status, "reason": "SomeReason", "message": message}
        for kind, status in wanted.items()
        if status
    ]
    return observed.parse(
        {
            "metadata": {
                "name": name,
                "namespace": namespace,
                "generation": generation,
                "resourceVersion": version,
            },
            "status": {"observedGeneration": 1, "conditions": conditions},
        }
    )


def make_report(*nodes: tuple[str, str, str]) -> node_report.NodeReport:
    """Make a report of nodes: name, state, reason."""
    return node_report.NodeReport(tuple(node_report.NodeState(*node) for node in nodes))


def condition(
    kind: str = SYSTEM,
    status: str = "True",
    *,
    message: str = "All health checks successful",
    reason: str = "HealthCheckSuccessful",
    since: float = -3600,
) -> dict[str, Any]:
    """Make an item of a status; `since` is when it got this status, in seconds from now."""
    return {
        "type": kind,
        "status": status,
        "lastTransitionTime": stamp(since),
        "lastUpdateTime": stamp(since),
        "reason": reason,
        "message": message,
    }


def stamp(seconds: float, base: datetime = NOW) -> str:
    """Write the time some seconds from now."""
    return extension.format_time(base + timedelta(seconds=seconds))
