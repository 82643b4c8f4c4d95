# SPDX-License-Identifier: Apache-2.0
"""Metrics of each pool and each container, as many as a monitoring system can bear.

A family has a value for so many pools or containers, those that come first by name; what all others
have together is one more value, labelled `other`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ... import cpuset
from ...engine.engine import Engine
from ...model import Container
from .metrics import MOST, Counter, Family, Gauge, Labels

OTHER = "other"

_CONTAINER = ("namespace", "pod", "container", "pool")

Values = dict[Labels, float]


class Placements:
    """What the policy shows of itself, worked out once for as long as it is the same."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine; nothing is worked out yet."""
        self._engine = engine
        self._of: tuple[Any, Any] | None = None
        self._shown: Mapping[str, Any] = {}

    def pools(self) -> Mapping[str, Any]:
        """Give the pools by name."""
        return self._page().get("Pools") or {}

    def assignments(self) -> Mapping[str, Any]:
        """Give what containers have, by cache id."""
        return self._page().get("Assignments") or {}

    def labels(self, cache_id: str, assignment: Mapping[str, Any]) -> Labels:
        """Give the labels of a container."""
        ledger = self._engine.ledger
        container: Container | None = ledger.containers.get(cache_id)
        pool = str(assignment.get("Pool") or "")
        if container is None:
            return "", "", cache_id, pool
        pod = ledger.pods.get(container.pod_id)
        namespace = pod.namespace if pod else container.namespace
        return namespace, pod.name if pod else container.pod_id, container.name, pool

    def _page(self) -> Mapping[str, Any]:
        policy, state = self._engine.policy, self._engine.policy_state
        if self._of is None or self._of[0] is not policy or self._of[1] is not state:
            self._shown = policy.introspect(state)
            self._of = policy, state
        return self._shown


def decisions() -> Counter:
    """Make the counter of decisions."""
    return Counter(
        "cri_resmgr_decisions_total",
        "Decisions about containers: decided, refused, or failed inside of the policy.",
        ("policy", "outcome"),
    )


def families(engine: Engine) -> tuple[Family, ...]:
    """Make what is read when the page is."""
    placed = Placements(engine)
    pools = {
        "cri_resmgr_pool_cpus": (
            "CPUs of a pool, as the policy shows it now.",
            lambda: _of_pools(placed),
        ),
        "cri_resmgr_pool_containers": (
            "Containers in a pool.",
            lambda: _members(placed),
        ),
    }
    containers = {
        "cri_resmgr_container_exclusive_cpus": (
            "CPUs that a container has for itself.",
            lambda: _of_containers(placed, "ExclusiveCPUs"),
        ),
        "cri_resmgr_container_shared_cpus": (
            "CPUs that a container shares with others.",
            lambda: _of_containers(placed, "SharedCPUs"),
        ),
    }
    reads: dict[str, Callable[[], Values]] = {
        name: read for name, (_, read) in (pools | containers).items()
    }

    def hidden() -> Values:
        return {(name,): float(max(0, len(read()) - MOST)) for name, read in reads.items()}

    def made(name: str, doc: str, labels: Labels) -> Gauge:
        return Gauge(name, doc, lambda: bounded(reads[name]()), labels)

    return (
        *(made(name, doc, ("pool",)) for name, (doc, _) in pools.items()),
        *(made(name, doc, _CONTAINER) for name, (doc, _) in containers.items()),
        Gauge(
            "cri_resmgr_series_aggregated",
            "Pools or containers that are part of the value labelled `other`, by metric.",
            hidden,
            ("metric",),
        ),
    )


def bounded(values: Values) -> Values:
    """Give the first values by name; what the others come to together is one more."""
    if len(values) <= MOST:
        return values
    every = sorted(values)
    kept = {labels: values[labels] for labels in every[:MOST]}
    other = (OTHER,) * len(every[0])
    kept[other] = kept.get(other, 0.0) + sum(values[labels] for labels in every[MOST:])
    return kept


def _of_pools(placed: Placements) -> Values:
    return {(name,): _count(pool.get("CPUs")) for name, pool in placed.pools().items()}


def _members(placed: Placements) -> Values:
    found: Values = {(name,): 0.0 for name in placed.pools()}
    for assignment in placed.assignments().values():
        pool = (str(assignment.get("Pool") or ""),)
        found[pool] = found.get(pool, 0.0) + 1
    return found


def _of_containers(placed: Placements, what: str) -> Values:
    found: Values = {}
    for cache_id, assignment in placed.assignments().items():
        labels = placed.labels(cache_id, assignment)
        found[labels] = found.get(labels, 0.0) + _count(assignment.get(what))
    return found


def _count(cpus: str | None) -> float:
    return float(cpuset.parse(cpus or "").bit_count())
