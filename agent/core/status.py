# SPDX-License-Identifier: Apache-2.0
"""What the agent writes: the NodeResourceManager of its node, its entry in each Adjustment."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from . import conditions, layers
from .book import Book, Owner
from .verdicts import Outcome

API_VERSION: Final = "criresmgr.intel.com/v1alpha1"
KIND: Final = "NodeResourceManager"

MOST_ERRORS: Final = 16
LONGEST_ERROR: Final = 512
"""Errors, and characters of each, that a node writes into an Adjustment: all nodes share it."""


def skeleton(owner: Owner) -> dict[str, Any]:
    """Give a NodeResourceManager without status; it goes with its Node."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": owner.name,
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Node", "name": owner.name, "uid": owner.uid}
            ],
        },
    }


def of(
    book: Book, before: Sequence[conditions.Condition], generation: int, now: str
) -> dict[str, Any]:
    """Give the status; `before` are the conditions that it had, `now` is Kubernetes' time."""
    status: dict[str, Any] = {
        "configuration": _configuration(book),
        "conditions": conditions.dated(conditions.of(book), before, generation, now),
        "observedGeneration": generation,
    }
    if (wanted := book.selection.wanted) is not None:
        status["adjustments"] = sorted(wanted.specs)
    if (daemon := book.daemon) is not None:
        status["policy"] = daemon.policy
        status["containers"] = daemon.containers
        status["source"] = daemon.source
    return status


def _configuration(book: Book) -> dict[str, Any]:
    match book.choice:
        case layers.Layer(level, one):
            return {"level": level.value, "configMap": one.name, "generation": one.version}
        case layers.Nothing.MISSING:
            return {"level": "none"}
        case _:
            return {"level": "unknown"}


def worth(status: Mapping[str, Any], written: Mapping[str, Any] | None) -> bool:
    """Tell whether a status has to be written soon: more than numbers has changed."""
    if written is None:
        return True
    return {**status, "containers": 0} != {**written, "containers": 0}


def entries(book: Book) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Give what the status of each Adjustment has to say of this node, where it does not yet.

    As a merge patch of the entry; None takes it away. The generation is written only with
    something else: each write of a status raises it, so nodes would set each other off for ever.
    """
    outcome = book.adjusted.outcome
    wanted = book.selection.wanted
    if wanted is None or outcome is Outcome.WAITING:
        return
    errors = bounded(book.adjusted.errors)
    for name, one in sorted(book.adjustments.items()):
        told = one.told
        if name not in wanted.specs:
            if told is not None:
                yield name, None
            continue
        given = told.get("errors") if told is not None else None
        former = given if isinstance(given, dict) else {}
        spec = one.spec or {}
        if told is None or former != errors or _changed(spec, told):
            cleared = {key: None for key in former if key not in errors}
            yield (
                name,
                {
                    "errors": {**cleared, **errors},
                    "observedGeneration": one.generation,
                    "observedSpec": digest(spec),
                },
            )


def bounded(errors: Mapping[str, str]) -> dict[str, str]:
    """Give as many errors as an object that all nodes write to has room for, and how many more."""
    shown = sorted(errors.items())
    if len(shown) > MOST_ERRORS:
        more = len(shown) - MOST_ERRORS + 1
        shown = [*shown[: MOST_ERRORS - 1], ("...", f"{more} more, see the log of the agent")]
    return {
        key: text if len(text) <= LONGEST_ERROR else f"{text[: LONGEST_ERROR - 4]} ..."
        for key, text in shown
    }


def digest(spec: Mapping[str, Any]) -> str:
    """Give a short name of a spec's content."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _changed(spec: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    return told.get("observedSpec") != digest(spec)
