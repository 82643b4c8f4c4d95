# SPDX-License-Identifier: Apache-2.0
"""The conditions of a NodeResourceManager: their types and reasons never change their meaning."""

from collections.abc import Sequence
from typing import Any, Final

from . import layers
from .book import Book
from .verdicts import Outcome, Verdict

CONFIGURATION: Final = "ConfigurationApplied"
ADJUSTMENTS: Final = "AdjustmentsApplied"
DAEMON: Final = "DaemonConnected"

LONGEST: Final = 4096
"""Characters of a message: what is wrong with a large document is still told as a whole."""

Condition = dict[str, Any]


def of(book: Book) -> list[Condition]:
    """Give all conditions, without times."""
    return [_configuration(book), _adjustments(book), _daemon(book)]


def _configuration(book: Book) -> Condition:
    verdict = book.verdict
    match book.choice:
        case layers.Layer(level, one):
            what = f"{level.value} configuration, ConfigMap {one.name}"
            taken = ("Applied", f"{what}, is in force")
        case layers.Nothing.MISSING:
            what = "that there is no ConfigMap for this node"
            taken = ("NoConfigMap", "no ConfigMap is for this node: what its daemon has counts")
        case _:
            text = "the ConfigMaps of this node are not known yet"
            return _condition(CONFIGURATION, "Unknown", "Waiting", text)
    return _judged(CONFIGURATION, verdict, taken, what)


def _adjustments(book: Book) -> Condition:
    wanted = book.selection.wanted
    if wanted is None:
        text = "the Adjustments are not known yet"
        return _condition(ADJUSTMENTS, "Unknown", "Waiting", text)
    count = len(wanted.specs)
    if not count and book.adjusted.outcome is not Outcome.REFUSED:
        return _condition(ADJUSTMENTS, "True", "NoAdjustments", "no Adjustment is for this node")
    what = f"{count} Adjustment{'s' * (count != 1)}"
    return _judged(ADJUSTMENTS, book.adjusted, ("Applied", f"{what} in force"), what)


def _daemon(book: Book) -> Condition:
    if book.connected:
        told = book.daemon
        version = f", version {told.version}" if told and told.version else ""
        return _condition(DAEMON, "True", "Connected", f"connected to the daemon{version}")
    if book.met:
        return _condition(DAEMON, "False", "ConnectionLost", "the daemon does not answer")
    return _condition(DAEMON, "False", "NoDaemon", "there is no daemon on this node, or not yet")


def _judged(kind: str, verdict: Verdict, taken: tuple[str, str], what: str) -> Condition:
    match verdict.outcome:
        case Outcome.TAKEN:
            return _condition(kind, "True", *taken)
        case Outcome.REFUSED:
            listed = [f"{name}: {text}" for name, text in sorted(verdict.errors.items())]
            return _condition(kind, "False", "Refused", verdict.message or "\n".join(listed))
        case Outcome.UNREACHED:
            return _condition(kind, "False", "DaemonUnreachable", verdict.message)
        case _:
            return _condition(kind, "Unknown", "Waiting", f"the daemon is being told: {what}")


def _condition(kind: str, status: str, reason: str, message: str) -> Condition:
    if len(message) > LONGEST:
        message = f"{message[: LONGEST - 4]} ..."
    return {"type": kind, "status": status, "reason": reason, "message": message}


def dated(
    conditions: Sequence[Condition], before: Sequence[Condition], generation: int, now: str
) -> list[Condition]:
    """Give conditions with their times: that of the last one where the status is the same."""
    times = {
        (one.get("type"), one.get("status")): one.get("lastTransitionTime") or now for one in before
    }
    return [
        {
            **one,
            "observedGeneration": generation,
            "lastTransitionTime": times.get((one["type"], one["status"]), now),
        }
        for one in conditions
    ]
