# SPDX-License-Identifier: Apache-2.0
"""Configurations judged: from texts to settings, or all that is wrong with them.

Below every configuration lie the defaults from the environment and from older flags; a
configuration replaces the one before as a whole.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...config import module
from ...config.problem import ConfigProblems, Findings, Place
from ...config.schemas import policy, tree
from ..command import flagtable, oldflags
from . import cpu_classes, settings

LATER = {
    ("rdt",): "cache and memory bandwidth classes",
    ("blockio",): "block I/O classes",
    ("resource-manager", "control", "page-migration"): "page migration",
}
"""Modules of parts that this version does not have -> what they are for."""

LATER_KEYS = {("instrumentation", key): "tracing" for key in ("JaegerCollector", "JaegerAgent")}
"""The same for keys."""

IDLE = {
    "ReportPeriod": "metrics are told whenever they are asked for",
    "Sampling": "nothing is traced",
}
"""Keys of `instrumentation` that are taken for compatibility -> why they have no effect."""

UNPRINTED = (*LATER, *(("instrumentation", key) for key in IDLE))
"""Paths that a configuration without problems and warnings does not have."""

LATER_CONTROLLERS = ("blockio", "page-migration", "rdt")
"""Controllers that this version does not have; asking for none of them is fine."""

_STRICT_MODES = ("required", "mandatory", "optional")


@dataclass(frozen=True, slots=True)
class Judged:
    """A right configuration, and what is doubtful about it in words."""

    settings: settings.Settings
    warnings: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    """All that counts, by module: `given`, laid on what is `below`."""

    given: Mapping[str, Any] = field(default_factory=dict)
    below: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges configurations the same way wherever they come from."""

    policies: Collection[str]
    """Policies that this version has."""

    defaults: Mapping[str, Any]
    """The document that lies below every other one."""

    def of_text(self, document: str) -> Judged:
        """Judge one document, as files have it. Raises `ConfigProblems`."""
        from ...config import text  # noqa: PLC0415 - loads YAML, which nobody needs without one

        findings = Findings()
        loaded = text.load(document, Place("", findings))
        if loaded is None:
            raise ConfigProblems(findings.problems())
        return self._judge(loaded.value, findings)

    def of_data(self, data: Mapping[str, str]) -> Judged:
        """Judge texts by module, as the node agent gives them. Raises `ConfigProblems`."""
        from ...config import documents  # noqa: PLC0415 - loads YAML

        findings = Findings()
        document = documents.joined(data, Place("", findings))
        if document is None:
            raise ConfigProblems(findings.problems())
        return self._judge(document, findings)

    def nothing(self) -> Judged:
        """Give what counts without any configuration. Raises `ConfigProblems`."""
        return self._judge(None, Findings())

    def _judge(self, given: Any, findings: Findings) -> Judged:
        place = Place("", findings)
        warnings: list[str] = []
        if isinstance(given, dict):
            given, warnings = oldflags.renamed(given)
        below, more = oldflags.renamed(self.defaults)
        below, own = module.lay(tree.ROOT, below, place), module.lay(tree.ROOT, given, place)
        laid = laid_on(below, own)
        refuse_later(given, laid, place)
        self._policy(laid, place)
        if findings.count:
            raise ConfigProblems(findings.problems())
        idle = (f"{key} has no effect: {why}; remove it" for key, why in _idle(laid))
        classes = cpu_classes.missing(laid)
        return Judged(settings.decode(laid), (*more, *warnings, *idle, *classes), laid, own, below)

    def _policy(self, laid: Mapping[str, Any], place: Place) -> None:
        """Refuse a policy that exists, but not in this version; others the schema has refused."""
        data = laid.get("policy")
        active = data.get("Active") if isinstance(data, Mapping) else None
        if isinstance(active, str) and active in policy.NAMES and active not in self.policies:
            place.key("policy").key("Active").problem(
                f"policy {active} is not part of this version",
                f"it has {', '.join(sorted(self.policies))}",
            )


def laid_on(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Give a document with what another one says laid on it, key by key of each module."""
    result = dict(below)
    for name, data in above.items():
        under = below.get(name)
        if isinstance(under, Mapping) and isinstance(data, Mapping):
            result[name] = {**under, **_given(data)}
        else:
            result[name] = data
    return result


def _given(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def _idle(laid: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give keys that are right and do nothing, each with its path and the reason."""
    for key in (laid.get("logger") or {}).get("Klog") or {}:
        if why := flagtable.KLOG[key.casefold()].idle:
            yield f"logger.Klog.{key}", why
    given = laid.get("instrumentation") or {}
    for key, why in IDLE.items():
        if given.get(key) not in (None, "disabled", 0):
            yield f"instrumentation.{key}", why


def refuse_later(given: Any, laid: Mapping[str, Any], place: Place) -> None:
    """Report sections of parts that this version does not have, empty ones included.

    A name with nothing behind it is no section: all of it may be commented out.
    """
    for path, what in LATER.items():
        if _has(given, path):
            _below(place, path).problem(f"{what} are not part of this version", "remove it")
    for path, what in LATER_KEYS.items():
        if _at(laid, path):
            _below(place, path).problem(f"{what} is not part of this version", "remove it")
    path = ("resource-manager", "control", "Controllers")
    modes = _at(laid, path)
    for name, word in modes.items() if isinstance(modes, Mapping) else ():
        if name in LATER_CONTROLLERS and str(word).casefold() in _STRICT_MODES:
            _below(place, (*path, name)).problem(
                f"controller {name} is not part of this version", "write relaxed or disabled"
            )


def _at(laid: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        laid = laid.get(step) if isinstance(laid, Mapping) else None
    return laid


def _has(given: Any, path: tuple[str, ...]) -> bool:
    """Whether a document has a mapping at or below a path, whose steps may be joined by dots."""
    if not isinstance(given, Mapping):
        return False
    if not path:
        return True
    heads = {".".join(path[:length]): path[length:] for length in range(1, len(path) + 1)}
    below = ".".join(path) + "."
    return any(
        _has(value, heads[key]) if key in heads else str(key).startswith(below)
        for key, value in given.items()
        if value is not None
    )


def _below(place: Place, path: tuple[str, ...]) -> Place:
    for step in path:
        place = place.key(step)
    return place


def read_file(path: str) -> str:
    """Give the text of a configuration file, cut where it is too long to be right.

    Raises `CannotRead`.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(_LARGEST_FILE).decode("utf-8")
    except OSError as error:
        raise CannotRead(f"cannot read it: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CannotRead("cannot read it: it is no UTF-8") from error


_LARGEST_FILE = 64 * 1024 + 4
"""Bytes of a file that are read: a character more than a document may have."""


class CannotRead(Exception):
    """A configuration file cannot be read; the text says why, whoever asked knows which."""
