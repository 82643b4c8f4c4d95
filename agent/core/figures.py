# SPDX-License-Identifier: Apache-2.0
"""What Prometheus is told of the agent, as text.

Labels have few values each, all of them ours or the API server's: none is a name from the cluster.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from . import layers
from .book import Book
from .verdicts import Outcome

PREFIX: Final = "cri_resmgr_agent"
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Counts = Mapping[tuple[str, ...], int]
"""How often, by the values of labels."""


@dataclass(frozen=True, slots=True)
class Family:
    """Everything of one name."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()
    always: tuple[tuple[str, ...], ...] = ()
    """Values of labels that are there from the start, at nought."""


CONFIGURATIONS: Final = Family(
    f"{PREFIX}_configurations_total",
    "counter",
    "Configurations told to the daemon, by result.",
    ("result",),
    (("taken",), ("refused",), ("unreached",)),
)
ADJUSTMENTS: Final = Family(
    f"{PREFIX}_adjustments_total",
    "counter",
    "Sets of Adjustments told to the daemon, by result.",
    ("result",),
    (("taken",), ("refused",), ("unreached",)),
)
REQUESTS: Final = Family(
    f"{PREFIX}_api_requests_total",
    "counter",
    "Requests to the API server, by verb and HTTP status; status 0: there was no answer.",
    ("verb", "code"),
)
WATCHES: Final = Family(
    f"{PREFIX}_watches_ended_total",
    "counter",
    "Watches that ended and were begun again, by resource and reason.",
    ("resource", "reason"),
)
EVENTS: Final = Family(
    f"{PREFIX}_events_total",
    "counter",
    "Kubernetes Events made, failed, and dropped because there were too many.",
    ("result",),
    (("made",), ("failed",), ("dropped",)),
)
CONNECTED: Final = Family(
    f"{PREFIX}_daemon_connected", "gauge", "1 while there is a connection to the daemon."
)
APPLIED: Final = Family(
    f"{PREFIX}_configuration_applied",
    "gauge",
    "1 while the daemon has what this node is to have, a missing configuration included.",
)
GENERATION: Final = Family(
    f"{PREFIX}_configuration_generation",
    "gauge",
    "resourceVersion of the ConfigMap that the daemon took last; 0 for none.",
)
SELECTED: Final = Family(
    f"{PREFIX}_adjustments", "gauge", "Adjustments of the namespace that are for this node."
)
BUILD: Final = Family(f"{PREFIX}_build_info", "gauge", "Version of the agent.", ("version",))

FAMILIES: Final = (
    *(CONFIGURATIONS, ADJUSTMENTS, REQUESTS, WATCHES, EVENTS),
    *(CONNECTED, APPLIED, GENERATION, SELECTED, BUILD),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted since the start."""

    configurations: Counts = field(default_factory=dict)
    adjustments: Counts = field(default_factory=dict)
    requests: Counts = field(default_factory=dict)
    watches: Counts = field(default_factory=dict)
    events: Counts = field(default_factory=dict)


def page(book: Book, counted: Counted, version: str) -> str:
    """Give all of it in the text format of Prometheus."""
    lines = [
        *_family(CONFIGURATIONS, counted.configurations),
        *_family(ADJUSTMENTS, counted.adjustments),
        *_family(REQUESTS, counted.requests),
        *_family(WATCHES, counted.watches),
        *_family(EVENTS, counted.events),
        *_family(CONNECTED, {(): int(book.connected)}),
        *_family(APPLIED, {(): int(book.verdict.outcome is Outcome.TAKEN)}),
        *_family(GENERATION, {(): _number(book.taken)}),
        *_family(SELECTED, {(): len(book.selection.wanted.specs) if book.selection.wanted else 0}),
        *_family(BUILD, {(version,): 1}),
    ]
    return "\n".join([*lines, ""])


def _family(family: Family, counts: Counts) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}"
    yield f"# TYPE {family.name} {family.kind}"
    found: dict[tuple[str, ...], int] = {**dict.fromkeys(family.always, 0), **counts}
    for values, number in sorted(found.items()):
        pairs = zip(family.labels, values, strict=True)
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)
        yield f"{family.name}{{{labels}}} {number}" if labels else f"{family.name} {number}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(choice: layers.Choice | None) -> int:
    """Give the version of what was chosen; Kubernetes' are numbers, though it does not say so."""
    if not isinstance(choice, layers.Layer):
        return 0
    version = choice.config_map.version
    return int(version) if version.isascii() and version.isdigit() and len(version) < 20 else 0
