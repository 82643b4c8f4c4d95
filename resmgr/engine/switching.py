# SPDX-License-Identifier: Apache-2.0
"""Whether another policy, or another configuration of one, may take over the containers that run.

A policy turns nobody away who runs: at the start of the daemon that is right, as nothing can be
done about it. At run time there is the former policy, which goes on if the new one has not enough
for somebody.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from ..policy.interface import BadConfiguration, Reason, Step
from .ledger import Ledger

S = TypeVar("S")

MOST = 10
"""Containers that are named."""


def unmet(reasons: Iterable[Reason]) -> frozenset[str]:
    """Give the containers, by cache id, that run without what they ask for."""
    return frozenset(one.container for one in reasons if one.unmet)


def judge(policy: str, reasons: Iterable[Reason], ledger: Ledger, known: Collection[str]) -> None:
    """Refuse a switch that takes from somebody what he asks for.

    `known` has those who did not have it before either. Raises `BadConfiguration`.
    """
    refused = [one for one in reasons if one.unmet and one.container not in known]
    if not refused:
        return
    lines = [f"{_shown(ledger, one.container)}: {one.text}" for one in refused[:MOST]]
    if len(refused) > MOST:
        lines.append(f"and {len(refused) - MOST} more")
    text = "cannot hold the containers that run"
    raise BadConfiguration("\n".join([f"policy {policy}: {text}:", *lines]))


def anew(step: Step[S], why: Exception) -> Step[S]:
    """Tell that all containers are placed anew, since what was remembered cannot be used."""
    text = (
        f"what was remembered of placements cannot be used, all containers are placed anew: {why}"
    )
    return replace(step, reasons=(Reason("", text, warning=True), *step.reasons))


def _shown(ledger: Ledger, cache_id: str) -> str:
    container = ledger.containers.get(cache_id)
    if container is None:
        return cache_id
    return ledger.own(container).title
