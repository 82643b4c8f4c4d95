# SPDX-License-Identifier: Apache-2.0
"""Limits of top-tier memory that pods ask for (annotations, section 2.3)."""

from collections.abc import Iterator

from ..config import annotation_keys
from ..control.memory import limit
from ..intents import SetTopTierLimit
from ..model import ContainerState, Pod
from ..policy import scoped
from .ledger import Ledger
from .outcome import Refusal


def refusal(pod: Pod, container: str) -> Refusal | None:
    """Refuse a container whose limit is none; None for one that is right or has no limit."""
    try:
        _limit(pod, container)
    except limit.BadLimit as error:
        return Refusal(str(error))
    return None


def of(ledger: Ledger, cache_id: str) -> tuple[SetTopTierLimit, ...]:
    """Give what is to be done for a container that has a limit; one that makes no sense is none."""
    container = ledger.containers[cache_id]
    adjustment = ledger.adjustments.get(cache_id)
    if adjustment is not None and adjustment.top_tier_limit is not None:
        return (SetTopTierLimit(cache_id, adjustment.top_tier_limit),)
    try:
        found = _limit(ledger.subject(container).pod, container.name)
    except limit.BadLimit:
        return ()
    return () if found is None else (SetTopTierLimit(cache_id, found),)


def everybodys(ledger: Ledger) -> Iterator[SetTopTierLimit]:
    """Give what is to be done for all containers that run: others have no cgroup."""
    for container in ledger.alive():
        if container.state is ContainerState.RUNNING:
            yield from of(ledger, container.cache_id)


def _limit(pod: Pod, container: str) -> int | None:
    text = scoped.of_container(pod, annotation_keys.TOP_TIER_LIMIT, container)
    return None if text is None else limit.read(text)
