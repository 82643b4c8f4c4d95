# SPDX-License-Identifier: Apache-2.0
"""What nodes report of their configuration: NodeResourceManagers as rows. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

APPLIED, NONE, REFUSED = "applied", "none", "refused"
BEHIND, UNKNOWN = "behind", "unknown"
_CONDITION: Final = "ConfigurationApplied"
_STATES: Final[Mapping[str, str]] = {
    "Applied": APPLIED,
    "NoConfigMap": NONE,
    "Refused": REFUSED,
    "DaemonUnreachable": "unreachable",
    "Waiting": "waiting",
}
"""Reason of the condition -> what the state is called here."""

_SETTLED: Final = (APPLIED, NONE, REFUSED)


@dataclass(frozen=True, slots=True)
class Row:
    """Where one node stands."""

    node: str
    policy: str = ""
    config_map: str = ""
    level: str = ""
    generation: str = ""
    """The resourceVersion of the ConfigMap that the node speaks of."""

    state: str = UNKNOWN
    since: str = ""
    """Since when it is taken, refused or neither, RFC 3339."""

    message: str = ""

    def document(self) -> dict[str, str]:
        """Give the form for machines."""
        return asdict(self)


def row(report: Mapping[str, Any], versions: Mapping[str, str] | None = None) -> Row:
    """Read a NodeResourceManager.

    `versions` are the resourceVersions of all ConfigMaps by name, None where they are not known:
    a node that speaks of another one than there is has not heard of it yet, or is away.
    """
    status = _mapping(report.get("status"))
    given = _mapping(status.get("configuration"))
    condition = next(
        (
            one
            for one in map(_mapping, status.get("conditions") or ())
            if one.get("type") == _CONDITION
        ),
        {},
    )
    name, generation = str(given.get("configMap") or ""), str(given.get("generation") or "")
    state = _STATES.get(str(condition.get("reason")), UNKNOWN)
    message = "" if state in {APPLIED, NONE} else str(condition.get("message") or "")
    if name and versions is not None and state in _SETTLED and versions.get(name) != generation:
        there = versions.get(name)
        heard = f"it was {state} at {generation}"
        message = f"the ConfigMap is at {there}; {heard}" if there else f"it is gone; {heard}"
        state = BEHIND
    return Row(
        node=str(_mapping(report.get("metadata")).get("name") or ""),
        policy=str(status.get("policy") or ""),
        config_map=name,
        level=str(given.get("level") or ""),
        generation=generation,
        state=state,
        since=str(condition.get("lastTransitionTime") or ""),
        message=message,
    )


def rows(
    reports: Iterable[Mapping[str, Any]],
    versions: Mapping[str, str] | None,
    nodes: Iterable[str] | None = None,
) -> list[Row]:
    """Read NodeResourceManagers of these nodes, of all where None, in the order of their names."""
    wanted = None if nodes is None else set(nodes)
    found = [row(one, versions) for one in reports]
    return sorted(
        (one for one in found if wanted is None or one.node in wanted), key=lambda one: one.node
    )


def summary(found: Iterable[Row]) -> str:
    """Count nodes by their state, in one line."""
    states = Counter(one.state for one in found)
    count = states.total()
    listed = ", ".join(f"{number} {state}" for state, number in states.most_common())
    return f"{count} node{'s' * (count != 1)}{': ' if listed else ''}{listed}"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
