# SPDX-License-Identifier: Apache-2.0
"""The component configuration: how this controller works, as opposed to what nodes get.

Words: *settings* are these, read once at start from the file of `--config`; *configs* are the
texts for the resource manager, which shoots and the operator give. Decoding is strict: the
file is written by our chart, so whatever is unknown in it is a mistake, and all mistakes are told
at once with their paths (Gardener contract, section 7.2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resmgr.config import problem, suggest, text

from . import durations

API_VERSION = "cri-resmgr.extensions.config.gardener.cloud/v1alpha1"
KIND = "Configuration"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How health conditions are made (HC-1, HC-2)."""

    sync_period: float = 30.0
    """Seconds between two checks of a shoot; 30 as in Gardener's health check library, so that
    gardenlet, which looks every minute, sees news at its next look. At least 1."""

    progressing_threshold: float = 300.0
    """Seconds for which a roll-out may go on before it counts as a failure; 300 as for other
    system components (HC-1)."""

    rolled_back_threshold: float = 60.0
    """Seconds for which a node may stand given back to containerd before it counts as a failure;
    60, since the installation tries again within that time where trying helps."""


@dataclass(frozen=True, slots=True)
class Cleanup:
    """How the extension leaves the nodes of a living shoot."""

    timeout: float = 1800.0
    """Seconds that a delete waits for the nodes to be cleaned before it goes on and names those
    that are left; 1800, so that a roll-out over a hundred nodes fits."""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What the shoots' Prometheus is given."""

    enabled: bool = True
    """Whether scrape configuration and alert rules are deployed at all; on, off for seeds without
    the kinds of prometheus-operator."""


@dataclass(frozen=True, slots=True)
class NodeReport:
    """How nodes are asked for their state (HC-4)."""

    enabled: bool = True
    """Whether the shoots' nodes are read; on. Without it a node that was rolled back is
    not noticed, since its pod is Ready on purpose."""

    period: float = 60.0
    """Seconds between two looks at the nodes of a shoot; 60, since each costs a TLS handshake with
    the shoot's API server. At least 5."""


@dataclass(frozen=True, slots=True)
class OperatorConfigs:
    """How a change of the operator's configs reaches the shoots."""

    reconciles_per_second: float = 50.0
    """Shoots reconciled each second after such a change; 50 brings 500 shoots up to date in 10
    seconds and leaves room for what gardenlet asks for meanwhile."""


@dataclass(frozen=True, slots=True)
class ClientConnection:
    """How the seed's API server is spoken to."""

    max_connections: int = 32
    """Open connections at most; 32, more than workers run at once by default, so that a Lease
    never waits for one. Requests a second are not limited here: the server's priority levels do
    that."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; without a file every default counts."""

    health_check: HealthCheck = field(default_factory=HealthCheck)
    """Health conditions."""

    cleanup: Cleanup = field(default_factory=Cleanup)
    """Removal from nodes."""

    resync_period: float = 3600.0
    """Seconds after a success until a reconcile is repeated without being asked for; 3600, as in
    the Go extension. 0 switches it off."""

    monitoring: Monitoring = field(default_factory=Monitoring)
    """Monitoring of shoots."""

    node_report: NodeReport = field(default_factory=NodeReport)
    """States of nodes."""

    operator_configs: OperatorConfigs = field(default_factory=OperatorConfigs)
    """Configs of the operator."""

    client_connection: ClientConnection = field(default_factory=ClientConnection)
    """API requests."""


def parse(document: str) -> Settings:
    """Read the text of a component configuration file.

    Raises `problem.ConfigProblems` with everything that is wrong.
    """
    findings = problem.Findings()
    place = problem.Place("", findings)
    loaded = text.load(document, place)
    settings = Settings()
    if loaded is not None:
        settings = _settings(loaded.value, place)
    if findings.count:
        raise problem.ConfigProblems(findings.problems())
    return settings


_Reader = Callable[[object, problem.Place], Any]
"""Reads one value; what is wrong is reported at the place, and then the result is never used."""


def _settings(value: object, place: problem.Place) -> Settings:
    if not isinstance(value, dict):
        place.problem(
            f"must be a mapping, is {problem.kind(value)}",
            f"start the file with apiVersion: {API_VERSION} and kind: {KIND}",
        )
        return Settings()
    for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        given = value.get(key)
        if given != wanted:
            shown = problem.quote(given) if isinstance(given, str) else problem.kind(given)
            place.key(key).problem(f"must be {wanted}, is {shown}")
    rest = {key: item for key, item in value.items() if key not in {"apiVersion", "kind"}}
    return _ROOT(rest, place)  # type: ignore[no-any-return]


def _section(make: Callable[..., Any], fields: Mapping[str, tuple[str, _Reader]]) -> _Reader:
    """Read a mapping into a dataclass; an empty section has its defaults."""

    def read(value: object, place: problem.Place) -> Any:
        if value is None:
            return make()
        if not isinstance(value, dict):
            place.problem(f"must be a mapping, is {problem.kind(value)}")
            return make()
        known = {}
        for key, item in value.items():
            if key in fields:
                name, reader = fields[key]
                known[name] = reader(item, place.key(key))
            else:
                place.key(key).problem("unknown key", suggest.hint(key, fields))
        return make(**known)

    return read


def _duration(*, least: float) -> _Reader:
    def read(value: object, place: problem.Place) -> float:
        if not isinstance(value, str):
            hint = f"write {value}s" if type(value) is int else None
            place.problem(f"must be a duration like 30s, is {problem.kind(value)}", hint)
            return least
        try:
            seconds = durations.parse(value)
        except ValueError as error:
            place.problem(f"{error}, is {problem.quote(value)}")
            return least
        if seconds < least:
            place.problem(f"must be at least {durations.show(least)}, is {problem.quote(value)}")
        return seconds

    return read


def _number(*, least: float, most: float, whole: bool = False) -> _Reader:
    word = "a whole number" if whole else "a number"

    def read(value: object, place: problem.Place) -> float:
        wanted = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            place.problem(f"must be {word}, is {problem.kind(value)}")
            return least
        if not least <= value <= most:
            place.problem(f"must be {word} from {least:g} to {most:g}, is {value:g}")
        return value

    return read


def _switch(value: object, place: problem.Place) -> bool:
    if not isinstance(value, bool):
        place.problem(f"must be true or false, is {problem.kind(value)}")
    return value is True


_ROOT = _section(
    Settings,
    {
        "healthCheck": (
            "health_check",
            _section(
                HealthCheck,
                {
                    "syncPeriod": ("sync_period", _duration(least=1)),
                    "progressingThreshold": ("progressing_threshold", _duration(least=0)),
                    "rolledBackThreshold": ("rolled_back_threshold", _duration(least=0)),
                },
            ),
        ),
        "cleanup": ("cleanup", _section(Cleanup, {"timeout": ("timeout", _duration(least=0))})),
        "resyncPeriod": ("resync_period", _duration(least=0)),
        "monitoring": ("monitoring", _section(Monitoring, {"enabled": ("enabled", _switch)})),
        "nodeReport": (
            "node_report",
            _section(
                NodeReport,
                {"enabled": ("enabled", _switch), "period": ("period", _duration(least=5))},
            ),
        ),
        "operatorConfigs": (
            "operator_configs",
            _section(
                OperatorConfigs,
                {
                    "reconcilesPerSecond": (
                        "reconciles_per_second",
                        _number(least=0.1, most=10_000),
                    )
                },
            ),
        ),
        "clientConnection": (
            "client_connection",
            _section(
                ClientConnection,
                {"maxConnections": ("max_connections", _number(least=1, most=1000, whole=True))},
            ),
        ),
    },
)
