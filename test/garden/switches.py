# SPDX-License-Identifier: Apache-2.0
"""What may go wrong with a ManagedResource, switched on by name, and the conditions it shows.

Pure. Gardener contract, section 4.5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from controller import names

Condition = dict[str, Any]
Verdict = tuple[str, str, str, str]
"""Type, status, reason, message of a condition."""


@dataclass(frozen=True, slots=True)
class Switches:
    """How the stand-in treats a ManagedResource; as made, all is well.

    `failing`, `unhealthy`, `progressing` hold the message that the condition then shows; the
    last two are said of the DaemonSets `unhealthy_one` and `progressing_one`. `down`: as if nobody
    were there, as for a hibernated shoot. `delay` in seconds goes by before the apply. `stepwise`
    shows the states between as well, at a write each.
    """

    failing: str = ""
    unhealthy: str = ""
    progressing: str = ""
    unhealthy_one: str = names.INSTALLATION_DAEMONSET
    progressing_one: str = names.INSTALLATION_DAEMONSET
    down: bool = False
    delay: float = 0.0
    stepwise: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """For which ManagedResources some switches are turned; patterns as of shells.

    `class_` is "" for those of the shoot, "seed" for those of the seed.
    """

    namespace: str
    name: str
    class_: str
    changes: Mapping[str, Any]


def of(rules: Iterable[Rule], namespace: str, name: str, class_: str) -> Switches:
    """Give the switches for one ManagedResource; later rules win over earlier ones."""
    result = Switches()
    for rule in rules:
        named = fnmatchcase(namespace, rule.namespace) and fnmatchcase(name, rule.name)
        if named and class_ == rule.class_:
            result = replace(result, **rule.changes)
    return result


def applied(switches: Switches) -> list[Verdict]:
    """Give the conditions of a ManagedResource whose objects have been applied."""
    healthy: Verdict = (
        "ResourcesHealthy",
        "True",
        "ResourcesHealthy",
        "All resources are healthy.",
    )
    if switches.unhealthy:
        message = f"{_daemon_set(switches.unhealthy_one)} is unhealthy: {switches.unhealthy}"
        healthy = ("ResourcesHealthy", "False", "DaemonSetUnhealthy", message)
    rolled_out: Verdict = (
        "ResourcesProgressing",
        "False",
        "ResourcesRolledOut",
        "All resources have been fully rolled out.",
    )
    if switches.progressing:
        one = _daemon_set(switches.progressing_one)
        message = f"{one} is progressing: {switches.progressing}"
        rolled_out = ("ResourcesProgressing", "True", "DaemonSetProgressing", message)
    return [_APPLIED, healthy, rolled_out]


def _daemon_set(name: str) -> str:
    return f'DaemonSet "{names.SHOOT_NAMESPACE}/{name}"'


_APPLIED: Verdict = (
    "ResourcesApplied",
    "True",
    "ApplySucceeded",
    "All resources are applied.",
)
_PENDING = "The health checks have not yet been executed for the current set of resources."

APPLYING: list[Verdict] = [
    (
        "ResourcesApplied",
        "Progressing",
        "ApplyProgressing",
        "The resources are currently being applied.",
    ),
    ("ResourcesHealthy", "Unknown", "ChecksPending", _PENDING),
    ("ResourcesProgressing", "Unknown", "ChecksPending", _PENDING),
]
APPLIED_UNCHECKED: list[Verdict] = [_APPLIED, *APPLYING[1:]]

_IGNORED = "The resources are not looked after because the managed resource is ignored."
IGNORED: list[Verdict] = [
    ("ResourcesApplied", "True", "ManagedResourceIgnored", _IGNORED),
    ("ResourcesHealthy", "True", "ManagedResourceIgnored", _IGNORED),
    ("ResourcesProgressing", "False", "ManagedResourceIgnored", _IGNORED),
]


def not_applied(reason: str, message: str, *, new: bool) -> list[Verdict]:
    """Give the conditions after a failure; `new`: for a spec that has never been checked."""
    failed = ("ResourcesApplied", "False", reason, message)
    return [failed, *APPLYING[1:]] if new else [failed]


def deleting(message: str) -> list[Verdict]:
    """Give the condition while objects are on their way out."""
    return [("ResourcesApplied", "Progressing", "DeletionPending", message)]


def merge(
    there: Iterable[Condition], verdicts: Iterable[Verdict], now: datetime
) -> list[Condition]:
    """Bring conditions up to date: times change only with what they date."""
    result = {condition["type"]: condition for condition in there}
    time = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    for kind, status, reason, message in verdicts:
        old = result.get(kind, {})
        if (old.get("status"), old.get("reason"), old.get("message")) == (status, reason, message):
            continue
        result[kind] = {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "lastUpdateTime": time,
            "lastTransitionTime": old["lastTransitionTime"]
            if old.get("status") == status
            else time,
        }
    return list(result.values())
