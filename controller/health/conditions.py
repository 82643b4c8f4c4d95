# SPDX-License-Identifier: Apache-2.0
"""Results of checks, merged into one condition; and when a condition counts as changed.

Pure. The table of precedence, the rule for `Progressing` and the rules for the two times are
those of Gardener's health check library (Gardener contract, section 5.2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from .. import extension

SYSTEM_COMPONENTS = "SystemComponentsHealthy"
OBSERVABILITY_COMPONENTS = "ObservabilityComponentsHealthy"
OWN_TYPES = (SYSTEM_COMPONENTS, OBSERVABILITY_COMPONENTS)
"""Types of conditions that we write; others in the same list belong to somebody else."""

TRUE, FALSE, UNKNOWN, PROGRESSING = "True", "False", "Unknown", "Progressing"

MESSAGE_LIMIT = 1000
"""Characters of a condition's message; it is repeated in the status of the Shoot."""


class Outcome(Enum):
    """What came of one check; a skipped check counts as `SUCCESSFUL`."""

    SUCCESSFUL = "successful"
    PROGRESSING = "progressing"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of one check, one sentence of detail, Gardener's error codes.

    `threshold` says for how many seconds `PROGRESSING` may last; 0 turns it into a failure at once.
    """

    outcome: Outcome
    detail: str = ""
    codes: tuple[str, ...] = ()
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a condition should say."""

    status: str
    reason: str
    message: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as it stands in a status; the times are RFC 3339 with whole seconds."""

    type: str
    verdict: Verdict
    last_transition_time: str
    last_update_time: str

    def to_status(self) -> dict[str, Any]:
        """Give the condition as an item of `status.conditions`."""
        verdict = self.verdict
        item: dict[str, Any] = {
            "type": self.type,
            "status": verdict.status,
            "lastTransitionTime": self.last_transition_time,
            "lastUpdateTime": self.last_update_time,
            "reason": verdict.reason,
            "message": verdict.message,
        }
        if verdict.codes:
            item["codes"] = list(verdict.codes)
        return item


def from_status(item: Mapping[str, Any]) -> Condition:
    """Read an item of `status.conditions`."""
    return Condition(
        type=item.get("type", ""),
        verdict=Verdict(
            status=item.get("status", ""),
            reason=item.get("reason", ""),
            message=item.get("message", ""),
            codes=tuple(item.get("codes") or ()),
        ),
        last_transition_time=item.get("lastTransitionTime") or "",
        last_update_time=item.get("lastUpdateTime") or "",
    )


ALL_FINE = Verdict(TRUE, "HealthCheckSuccessful", "All health checks successful")
HIBERNATED = Verdict(TRUE, "HealthCheckSuccessful", "Shoot is hibernated")


def merge(results: Sequence[CheckResult], previous: Condition | None, now: datetime) -> Verdict:
    """Merge the checks of one condition: not run before failed before progressing before fine.

    Progressing checks fail once the smallest of their thresholds has passed since the condition
    left `True`; one that has failed already stays failed until all checks succeed.
    """
    if not_run := _those(results, Outcome.NOT_RUN):
        plural = "s" if len(not_run) > 1 else ""
        message = f"{len(not_run)} health check{plural} could not run: {_details(not_run)}"
        return Verdict(UNKNOWN, "ConditionCheckError", message[:MESSAGE_LIMIT], _codes(not_run))
    if failed := _those(results, Outcome.FAILED):
        return _unsuccessful(failed)
    if progressing := _those(results, Outcome.PROGRESSING):
        threshold = min(result.threshold for result in progressing)
        if _patient(previous, timedelta(seconds=threshold), now):
            message = _details(progressing)[:MESSAGE_LIMIT]
            return Verdict(PROGRESSING, "HealthCheckProgressing", message, _codes(progressing))
        return _unsuccessful(progressing)
    return ALL_FINE


def advance(kind: str, verdict: Verdict, previous: Condition | None, now: datetime) -> Condition:
    """Make the next condition of type `kind`; it is `previous` itself when nothing has changed."""
    if previous is not None and previous.verdict == verdict:
        return previous
    stamp = extension.format_time(now)
    same_status = previous is not None and previous.verdict.status == verdict.status
    transition = previous.last_transition_time if previous is not None and same_status else stamp
    return Condition(kind, verdict, transition, stamp)


def _patient(previous: Condition | None, threshold: timedelta, now: datetime) -> bool:
    """Tell whether progressing checks may still call themselves so."""
    if not threshold:
        return False
    if previous is None or previous.verdict.status == TRUE:
        return True
    if previous.verdict.status == FALSE:
        return False
    since = extension.parse_time(previous.last_transition_time)
    return since is None or now - since <= threshold


def _unsuccessful(results: Sequence[CheckResult]) -> Verdict:
    message = _details(results)[:MESSAGE_LIMIT]
    return Verdict(FALSE, "HealthCheckUnsuccessful", message, _codes(results))


def _those(results: Sequence[CheckResult], outcome: Outcome) -> list[CheckResult]:
    """Pick the results with an outcome, in an order that does not depend on who came first."""
    return sorted((r for r in results if r.outcome is outcome), key=lambda result: result.detail)


def _details(results: Sequence[CheckResult]) -> str:
    if len(results) == 1:
        return results[0].detail
    return "; ".join(f"{number}) {result.detail}" for number, result in enumerate(results, 1))


def _codes(results: Sequence[CheckResult]) -> tuple[str, ...]:
    return tuple(sorted({code for result in results for code in result.codes}))
