# SPDX-License-Identifier: Apache-2.0
"""Adjustments of what containers ask for, made to count: all of them or none (agent, section 4.4).

What a container itself asks for stays as it is in the ledger, so a removal restores it. Unlike with
the original, policies place containers anew at once, guaranteed ones too; if one of them could not
be met, nothing changes.
"""

from collections.abc import Mapping
from typing import Any

from ..adjustments import effective, read
from ..adjustments.adjustment import Adjustment
from ..control.memory import limit
from ..intents import SetTopTierLimit
from ..policy.interface import Policy, PolicyError, Subject
from . import top_tier
from .ledger import Ledger


class Refused(Exception):
    """No adjustment has changed; `errors` by the name of one, or by a container's id."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{key}: {text}" for key, text in self.errors.items()))


Found = Mapping[str, Adjustment]
"""The adjustment of each container that has one, by cache id."""


def judge(ledger: Ledger, text: str) -> tuple[tuple[Adjustment, ...], Found]:
    """Read adjustments and find whom they are for. Raises `read.Unreadable`, `Refused`."""
    try:
        wanted = tuple(read.read(text).values())
    except read.Wrong as error:
        raise Refused(error.errors) from error
    found = effective.of(wanted, [ledger.own(one) for one in ledger.alive()])
    if found.errors:
        raise Refused(found.errors)
    return wanted, found.adjustments


def moved(ledger: Ledger, found: Found) -> tuple[Subject, ...]:
    """Give containers whose requirements differ by new adjustments; who asks for less is first."""
    changed = []
    for container in ledger.alive():
        cache_id = container.cache_id
        if cache_id not in found and cache_id not in ledger.adjustments:
            continue
        own, before = ledger.own(container), ledger.subject(container).container.requirements
        adjustment = found.get(cache_id)
        after = adjustment.of(container) if adjustment else container
        asked = ledger.asked.get(cache_id)
        if after.requirements != before and not (asked and asked.cpu_preserved):
            more = (after.requirements.cpu_request or 0) - (before.cpu_request or 0)
            changed.append((more, Subject(after, own.pod)))
    return tuple(subject for _, subject in sorted(changed, key=lambda pair: pair[0]))


def rehearse(policy: Policy[Any], state: Any, subjects: tuple[Subject, ...]) -> None:
    """Let the policy follow without making it count. Raises `Refused`."""
    errors = {}
    for subject in subjects:
        try:
            state = policy.update(state, subject).state
        except PolicyError as error:
            container = subject.container
            errors[container.id or container.cache_id] = f"cannot adjust {container.name}: {error}"
        except Exception as error:  # noqa: BLE001 - a policy may fail in any way
            container, text = subject.container, f"{type(error).__name__}: {error}"
            where = f"policy {policy.name} failed at {container.name}"
            errors[container.id or container.cache_id] = f"{where}: {text}"
    if errors:
        raise Refused(errors)


def limits(ledger: Ledger, former: Found) -> tuple[SetTopTierLimit, ...]:
    """Give the limits of top-tier memory that differ from those of former adjustments."""
    changed: list[SetTopTierLimit] = []
    for cache_id in sorted({*former, *ledger.adjustments}):
        if cache_id not in ledger.containers:
            continue
        before = _limit(former, cache_id)
        if _limit(ledger.adjustments, cache_id) != before:
            unset = (SetTopTierLimit(cache_id, limit.UNSET),)
            changed += top_tier.of(ledger, cache_id) or unset
    return tuple(changed)


def _limit(found: Found, cache_id: str) -> int | None:
    adjustment = found.get(cache_id)
    return adjustment.top_tier_limit if adjustment else None
