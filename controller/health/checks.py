# SPDX-License-Identifier: Apache-2.0
"""The single checks: what a ManagedResource and the nodes of a shoot say, as results.

Pure. The ManagedResource is judged as Gardener's health check library does (Gardener contract,
sections 4.5 and 5.2; HC-3); the nodes are our own addition (HC-4).
"""

import re

from .. import extension, node_report, observed
from .conditions import CheckResult, Outcome

SHOWN_NODES = 3
"""Failing nodes that a message names; the others are counted."""

_NOT_SERVED = "not served by the resource manager"

_INVALID = re.compile(r"error during apply of object .* is invalid:", re.DOTALL)

_SUCCESSFUL = CheckResult(Outcome.SUCCESSFUL)


def managed_resource(
    name: str, found: observed.ManagedResource | None, threshold: float
) -> CheckResult:
    """Judge a ManagedResource that should be there; rolling is fine for `threshold` seconds."""
    if found is None:
        return _failed(f"ManagedResource {name} does not exist")
    if not found.observed:
        return _failed(
            f"ManagedResource {name} has outdated information: generation {found.generation}, "
            f"observed {found.observed_generation}; is gardener-resource-manager running?"
        )
    for condition in ("ResourcesApplied", "ResourcesHealthy"):
        if found.status(condition) != "True":
            return _condition_failed(name, condition, found)
    if found.status("ResourcesProgressing") == "True":
        detail = f"ManagedResource {name} is rolling out{_because(found, 'ResourcesProgressing')}"
        return CheckResult(Outcome.PROGRESSING, detail, threshold=threshold)
    return _SUCCESSFUL


def nodes(report: node_report.NodeReport | None, threshold: float) -> CheckResult:
    """Judge what the nodes say; one may fail for `threshold` seconds. No report, no complaint."""
    failing = report.failing if report else ()
    if not failing:
        return _SUCCESSFUL
    shown = ", ".join(_node(node) for node in failing[:SHOWN_NODES])
    more = len(failing) - SHOWN_NODES
    rest = f" and {more} more" if more > 0 else ""
    subject = "1 node is" if len(failing) == 1 else f"{len(failing)} nodes are"
    detail = f"{subject} {_NOT_SERVED}: {shown}{rest}"
    return CheckResult(Outcome.PROGRESSING, detail, threshold=threshold)


def about_nodes(message: str) -> bool:
    """Tell whether a condition's message complains about nodes."""
    return _NOT_SERVED in message


def settled(found: observed.ManagedResource | None) -> bool:
    """Tell whether the resource manager has had its say about the current spec."""
    if found is None or not found.observed:
        return False
    applied = found.status("ResourcesApplied")
    if applied == "False":
        return True
    return applied == "True" and found.status("ResourcesHealthy") in {"True", "False"}


def _condition_failed(name: str, condition: str, found: observed.ManagedResource) -> CheckResult:
    because = _because(found, condition)
    invalid = bool(_INVALID.search(found.message(condition)))
    detail = f"ManagedResource {name}: {condition} is {found.status(condition)}{because}"
    return _failed(detail, (extension.CONFIGURATION_PROBLEM,) if invalid else ())


def _because(found: observed.ManagedResource, condition: str) -> str:
    reported = found.conditions.get(condition)
    if reported is None:
        return ", the resource manager has not reported it"
    return f" ({reported.reason}): {reported.message}" if reported.message else ""


def _node(node: node_report.NodeState) -> str:
    because = f": {node.reason}" if node.reason else ""
    return f"{node.name} ({node.state}{because})"


def _failed(detail: str, codes: tuple[str, ...] = ()) -> CheckResult:
    return CheckResult(Outcome.FAILED, detail, codes)
