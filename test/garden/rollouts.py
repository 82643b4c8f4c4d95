# SPDX-License-Identifier: Apache-2.0
"""What a gardener-resource-manager says about DaemonSets that have pods.

Pure. Gardener contract, section 4.5: health, and whether a roll-out goes on.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Object = Mapping[str, Any]
Said = tuple[str, str]
"""Name of a DaemonSet, and what is said of it."""

NOTHING: Said = ("", "")


def unhealthy(daemon_set: Object) -> str:
    """Tell what is wrong with a DaemonSet; empty for nothing."""
    if outdated := _outdated(daemon_set):
        return outdated
    status = daemon_set["status"]
    desired, current = status["desiredNumberScheduled"], status["currentNumberScheduled"]
    if current < desired:
        return f"not enough current pods ({current}/{desired})"
    if misscheduled := status["numberMisscheduled"]:
        return f"{misscheduled} misscheduled pods"
    most = _max_unavailable(daemon_set) if progressing(daemon_set) else 0
    if (unavailable := status.get("numberUnavailable", 0)) > most:
        return f"too many unavailable pods ({unavailable}/{most})"
    return ""


def progressing(daemon_set: Object) -> str:
    """Tell how far the roll-out of a DaemonSet is; empty when it has ended."""
    if outdated := _outdated(daemon_set):
        return outdated
    status = daemon_set["status"]
    desired, updated = status["desiredNumberScheduled"], status.get("updatedNumberScheduled", 0)
    return f"{updated} of {desired} pods are updated" if updated < desired else ""


def worst(daemon_sets: Iterable[Object]) -> tuple[Said, Said]:
    """Give what is wrong, and how far it is, of the first DaemonSets that something is said of."""
    found = list(daemon_sets)
    return _first(found, unhealthy), _first(found, progressing)


def _first(daemon_sets: Iterable[Object], tell: Callable[[Object], str]) -> Said:
    for one in daemon_sets:
        if text := tell(one):
            return one["metadata"]["name"], text
    return NOTHING


def _outdated(daemon_set: Object) -> str:
    generation = daemon_set["metadata"]["generation"]
    observed = (daemon_set.get("status") or {}).get("observedGeneration", 0)
    if observed < generation:
        return f"observed generation outdated ({observed}/{generation})"
    return ""


def _max_unavailable(daemon_set: Object) -> int:
    """Give how many pods may be unavailable while an update rolls."""
    update = daemon_set["spec"].get("updateStrategy", {}).get("rollingUpdate") or {}
    share = update.get("maxUnavailable", 1)
    if isinstance(share, int):
        return share
    desired: int = daemon_set["status"]["desiredNumberScheduled"]
    return math.ceil(desired * int(str(share).removesuffix("%")) / 100)
