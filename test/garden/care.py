# SPDX-License-Identifier: Apache-2.0
"""What gardenlet's shoot care makes of conditions, ManagedResources and the heartbeat.

Pure. Gardener contract, sections 5.1 and 5.3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TYPES = (
    "ControlPlaneHealthy",
    "EveryNodeReady",
    "SystemComponentsHealthy",
    "ObservabilityComponentsHealthy",
)
"""Shoot conditions that extensions may contribute to."""

CONDITION_TYPE_LABEL = "care.gardener.cloud/condition-type"

HEARTBEAT_AGE = timedelta(minutes=5)
"""Age from which on a heartbeat counts as dead; a setting of gardenlet."""

ROLLOUT_AGE = timedelta(hours=1)
"""Age from which on a roll-out of a ManagedResource counts as stuck."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the Shoot."""

    status: str
    reason: str
    message: str
    codes: tuple[str, ...] = ()


HEALTHY = Condition("True", "Healthy", "All checks are successful.")


def conditions(
    extensions: Iterable[Mapping[str, Any]],
    managed_resources: Iterable[Mapping[str, Any]],
    *,
    heartbeat: datetime | None,
    now: datetime,
) -> dict[str, Condition]:
    """Judge a shoot: one condition for each of `TYPES`; the first bad thing found wins.

    `extensions` and `managed_resources` are those of the shoot's namespace, `heartbeat` is the
    renewTime of the extension's Lease (`None`: there is no Lease).
    """
    extensions, managed_resources = list(extensions), list(managed_resources)
    result = {}
    for kind in TYPES:
        verdicts = [
            *(_managed_resource(mr, now) for mr in managed_resources if _counts_for(mr) == kind),
            *(_extension(ext, kind, heartbeat, now) for ext in extensions),
        ]
        result[kind] = next((verdict for verdict in verdicts if verdict is not None), HEALTHY)
    return result


def _counts_for(resource: Mapping[str, Any]) -> str:
    """Tell the Shoot condition that a ManagedResource counts for."""
    by_class = "ControlPlaneHealthy" if resource["spec"].get("class") else "SystemComponentsHealthy"
    labels: Mapping[str, str] = resource["metadata"].get("labels") or {}
    return labels.get(CONDITION_TYPE_LABEL, by_class)


def _managed_resource(resource: Mapping[str, Any], now: datetime) -> Condition | None:
    name, status = resource["metadata"]["name"], resource.get("status") or {}
    if status.get("observedGeneration") != resource["metadata"]["generation"]:
        message = f"observed generation of managed resource {name} is outdated"
        return Condition("False", "OutdatedStatus", message)
    found = {condition["type"]: condition for condition in status.get("conditions") or ()}
    for kind in ("ResourcesApplied", "ResourcesHealthy"):
        condition = found.get(kind)
        if condition is None:
            message = f"condition {kind} of managed resource {name} is missing"
            return Condition("False", f"Missing{kind}", message)
        if condition["status"] != "True":
            return Condition("False", condition["reason"], condition["message"])
    rolling = found.get("ResourcesProgressing")
    if rolling is not None and rolling["status"] == "True":
        since = datetime.fromisoformat(rolling["lastTransitionTime"])
        if now - since > ROLLOUT_AGE:
            return Condition("False", "ManagedResourceProgressingRolloutStuck", rolling["message"])
    return None


def _extension(
    extension: Mapping[str, Any], kind: str, heartbeat: datetime | None, now: datetime
) -> Condition | None:
    found = (extension.get("status") or {}).get("conditions") or ()
    condition = next((each for each in found if each["type"] == kind), None)
    if condition is None:
        return None
    name = extension["spec"]["type"]
    if heartbeat is None or now - heartbeat > HEARTBEAT_AGE:
        message = f"extension {name} has sent no heartbeat since {heartbeat or 'ever'}"
        return Condition("Unknown", "ExtensionOutdatedHealthCheckReport", message)
    codes = tuple(condition.get("codes") or ())
    message = f"extension {name} reports failing health check: {condition['message']}"
    match condition["status"]:
        case "True":
            return None
        case "Progressing":
            reason = f"Extension{condition['reason']}"
            return Condition("Progressing", reason, condition["message"], codes)
        case _:
            return Condition("False", "ExtensionUnhealthyReport", message, codes)
