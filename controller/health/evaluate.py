# SPDX-License-Identifier: Apache-2.0
"""What the conditions of one Extension object should be now.

Pure: everything that is known goes in, the list for `status.conditions` comes out, or nothing when
nothing has changed. Rules: HC-1, HC-2, HC-3, CLU-1, CLU-4, Gardener contract, section 5.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .. import cluster, extension, names, node_report, observed, settings
from . import checks
from .conditions import (
    ALL_FINE,
    HIBERNATED,
    OBSERVABILITY_COMPONENTS,
    OWN_TYPES,
    SYSTEM_COMPONENTS,
    CheckResult,
    Condition,
    Verdict,
    advance,
    from_status,
    merge,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one shoot.

    `report_pending` says that the nodes have not answered since this process started but still
    may, so that no report means nothing yet.
    """

    extension: extension.Extension
    cluster: cluster.Cluster | None
    node: observed.ManagedResource | None
    monitoring: observed.ManagedResource | None
    report: node_report.NodeReport | None = None
    report_pending: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What to do: a new list for `status.conditions` or none, and whether to look again in time."""

    conditions: tuple[Mapping[str, Any], ...] | None
    again: bool


def watched(ext: extension.Extension) -> bool:
    """Tell whether health is a question: not while deleting or migrating, nor before all else."""
    last = ext.last_operation
    return (
        ext.ours
        and ext.deleting_since is None
        and ext.operation_annotation != "migrate"
        and last is not None
        and last.type != extension.OperationType.MIGRATE.value
    )


def wants_nodes(
    ext: extension.Extension, shoot: cluster.Cluster | None, config: settings.Settings
) -> bool:
    """Tell whether the nodes of the shoot should be asked for their states."""
    return (
        config.node_report.enabled
        and watched(ext)
        and ext.succeeded()
        and shoot is not None
        and not shoot.without_nodes
    )


def evaluate(facts: Facts, config: settings.Settings, now: datetime) -> Evaluation:
    """Judge a shoot."""
    ext, shoot = facts.extension, facts.cluster
    if not watched(ext):
        return Evaluation(None, again=False)
    if shoot is None:
        return Evaluation(None, again=True)
    previous = {item["type"]: from_status(item) for item in reversed(ext.conditions)}
    wanted: dict[str, Condition | None] = {}
    for kind in _kinds(shoot, config):
        before = previous.get(kind)
        verdict = _verdict(kind, facts, shoot, config, before, now)
        wanted[kind] = advance(kind, verdict, before, now) if verdict else before
    published = any(kind in previous for kind in OWN_TYPES)
    if not published and None in wanted.values():
        # The first conditions go out together, in one write.
        return Evaluation(None, again=True)
    return Evaluation(_changed(ext.conditions, wanted), again=not shoot.hibernation_enabled)


def _kinds(shoot: cluster.Cluster, config: settings.Settings) -> tuple[str, ...]:
    monitored = config.monitoring.enabled and shoot.purpose != "testing" and bool(shoot.pools)
    return (SYSTEM_COMPONENTS, OBSERVABILITY_COMPONENTS) if monitored else (SYSTEM_COMPONENTS,)


def _verdict(
    kind: str,
    facts: Facts,
    shoot: cluster.Cluster,
    config: settings.Settings,
    previous: Condition | None,
    now: datetime,
) -> Verdict | None:
    """Judge one condition; `None` leaves it as it is, because news is on its way."""
    if shoot.hibernation_enabled:
        return HIBERNATED
    if not shoot.pools:
        return ALL_FINE
    system = kind == SYSTEM_COMPONENTS
    resource = facts.node if system else facts.monitoring
    if _on_its_way(facts.extension, resource, previous, config, now):
        return None
    results = [_managed_resource(kind, resource, config)]
    if system and config.node_report.enabled:
        results.append(checks.nodes(facts.report, config.health_check.rolled_back_threshold))
    verdict = merge(results, previous, now)
    complained = previous is not None and checks.about_nodes(previous.verdict.message)
    if system and complained and facts.report_pending and verdict == ALL_FINE:
        # After a restart no node has been asked yet: the bad one is most likely still bad.
        return None
    return verdict


def _managed_resource(
    kind: str, resource: observed.ManagedResource | None, config: settings.Settings
) -> CheckResult:
    system = kind == SYSTEM_COMPONENTS
    name = names.NODE_MANAGED_RESOURCE if system else names.MONITORING_MANAGED_RESOURCE
    return checks.managed_resource(name, resource, config.health_check.progressing_threshold)


def _on_its_way(
    ext: extension.Extension,
    resource: observed.ManagedResource | None,
    previous: Condition | None,
    config: settings.Settings,
    now: datetime,
) -> bool:
    """Tell whether the ManagedResource was written so recently that its state is still to come.

    The library, which only looks every period, does not see these moments either. Without this
    each change would cost two writes more: one to False and one back.
    """
    last = ext.last_operation
    if last is None or last.last_update_time is None:
        return False
    if last.state == extension.OperationState.ERROR.value:
        return False
    # A time that lies ahead is that of a clock which was wrong: it must hide nothing for long.
    if abs(now - last.last_update_time) >= timedelta(seconds=config.health_check.sync_period):
        return False
    if resource is None:
        return previous is None or not ext.succeeded()
    return not checks.settled(resource)


def _changed(
    current: tuple[Mapping[str, Any], ...], wanted: Mapping[str, Condition | None]
) -> tuple[Mapping[str, Any], ...] | None:
    """Put the wanted conditions into the list, keep those of others; `None` if nothing changes."""
    rest = {kind: condition for kind, condition in wanted.items() if condition is not None}
    result: list[Mapping[str, Any]] = []
    for item in current:
        if item["type"] not in OWN_TYPES:
            result.append(item)
        elif (condition := rest.pop(item["type"], None)) is not None:
            same = from_status(item) == condition
            result.append(item if same else condition.to_status())
    result += (condition.to_status() for condition in rest.values())
    return None if result == list(current) else tuple(result)
