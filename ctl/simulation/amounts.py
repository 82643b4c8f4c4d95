# SPDX-License-Identifier: Apache-2.0
"""Resources of containers as manifests have them, with the defaults and classes of Kubernetes.

Amounts are in billionths, as `resmgr.quantity.parse` gives them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resmgr import quantity
from resmgr.config import problem
from resmgr.model import LinuxResources, Qos

CPU, MEMORY = "cpu", "memory"
_COMPUTE = (CPU, MEMORY)
_NANO = 10**9


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests and limits by resource; `texts` has them as they were written."""

    requests: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read(given: Any, place: problem.Place) -> Resources:
    """Read the `resources` of a container or pod; a limit is the request where there is none."""
    if given is None:
        return Resources()
    if not isinstance(given, dict):
        place.problem(f"expected a mapping, got {problem.kind(given)}")
        return Resources()
    limits, limit_texts = _amounts(given.get("limits"), place.key("limits"))
    requests, request_texts = _amounts(given.get("requests"), place.key("requests"))
    requests, request_texts = {**limits, **requests}, {**limit_texts, **request_texts}
    for name, amount in requests.items():
        if amount > limits.get(name, amount):
            at = place.key("requests").key(name)
            at.problem(f"{request_texts[name]} is more than the limit {limit_texts[name]}")
    texts = {"limits": limit_texts, "requests": request_texts}
    return Resources(requests, limits, {key: value for key, value in texts.items() if value})


def _amounts(given: Any, place: problem.Place) -> tuple[dict[str, int], dict[str, str]]:
    amounts: dict[str, int] = {}
    texts: dict[str, str] = {}
    if given is None:
        return amounts, texts
    if not isinstance(given, dict):
        place.problem(f"expected a mapping from resource to quantity, got {problem.kind(given)}")
        return amounts, texts
    for name, value in given.items():
        at = place.key(str(name))
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            at.problem(f"expected a quantity, got {problem.kind(value)}")
            continue
        try:
            amount = quantity.parse(str(value))
        except ValueError as error:
            at.problem(f"{problem.quote(str(value))} is {error}")
            continue
        if amount < 0:
            at.problem(f"{problem.quote(str(value))} is negative")
            continue
        amounts[str(name)], texts[str(name)] = amount, str(value)
    return amounts, texts


def qos(pod: Resources, containers: Iterable[Resources]) -> Qos:
    """Give the class that Kubernetes gives a pod; init containers count, other resources do not.

    What a pod as a whole requests and limits counts instead of its containers, where it does.
    """
    if any(pod.requests.get(name) or pod.limits.get(name) for name in _COMPUTE):
        containers = (pod,)
    members = tuple(containers)
    requests = _sums(one.requests for one in members)
    limits = _sums(one.limits for one in members)
    if not requests and not limits:
        return Qos.BEST_EFFORT
    limited = all(one.limits.get(name) for one in members for name in _COMPUTE)
    return Qos.GUARANTEED if limited and requests == limits else Qos.BURSTABLE


def _sums(amounts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in amounts:
        for name in _COMPUTE:
            if amount := one.get(name):
                sums[name] = sums.get(name, 0) + amount
    return sums


def linux(resources: Resources) -> LinuxResources:
    """Give what the kubelet writes into a container's request for these resources."""
    limit = milli(resources.limits.get(CPU, 0))
    request = milli(resources.requests.get(CPU, 0)) or limit
    return LinuxResources(
        shares=quantity.shares(request),
        quota=quantity.quota(limit)[0],
        period=quantity.PERIOD,
        memory_limit=-(-resources.limits.get(MEMORY, 0) // _NANO),
    )


def milli(amount: int) -> int:
    """Give thousandths of an amount, rounded up."""
    return -(-amount // 10**6)
