# SPDX-License-Identifier: Apache-2.0
"""Flags and forms of the older manual: taken, each with a warning that names the present form.

They say what a configuration says today, so they become a configuration document that lies below
every other one: what a configuration sets itself, counts.
"""

from collections.abc import Mapping
from typing import Any

from ...config.goflag import Flag, Kind, UsageError, truth
from ...config.problem import quote

_FORMS = {
    "policy": "policy: {Active: NAME}",
    "reserved-resources": "policy: {ReservedResources: {CPU: AMOUNT}}",
    "available-resources": "policy: {AvailableResources: {CPU: 'cpuset:LIST'}}",
    "dump": "dump: {Config: RULES}",
    "dump-file": "dump: {File: PATH}",
    "logger-debug": "logger: {Debug: SOURCES}",
    "logger-prefix": "logger: {LogSource: true}",
    "logger-level": "",
    "logger-source": "",
}

FLAGS: Mapping[str, Flag] = {
    name: Flag(
        name,
        Kind.BOOLEAN if name == "logger-prefix" else Kind.TEXT,
        "",
        f"Now {form} in a configuration." if form else "Without effect.",
        old=True,
    )
    for name, form in _FORMS.items()
}
"""The older flags by name; usage texts do not list them."""

_PLACES = {
    "dump": ("dump", "Config"),
    "dump-file": ("dump", "File"),
    "logger-debug": ("logger", "Debug"),
}

NULL_POLICY = "null"
"""What the policy `none` was called."""


def document(values: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Give the configuration that older flags mean, and a warning for each of them.

    Raises `UsageError` for resources that are not written as `cpu=AMOUNT`.
    """
    meant: dict[str, dict[str, Any]] = {}
    warnings = []
    for name, value in values.items():
        form = _FORMS.get(name)
        if form is None:
            continue
        if not form:
            warnings.append(f"flag --{name} has no effect any more; remove it")
            continue
        warnings.append(f"flag --{name} is an older form; write {form} in a configuration")
        if name in _PLACES:
            module, key = _PLACES[name]
            meant.setdefault(module, {})[key] = value
        elif name == "logger-prefix":
            meant.setdefault("logger", {})["LogSource"] = truth(value)
        elif name == "policy":
            meant.setdefault("policy", {})["Active"] = value
        else:
            key = "ReservedResources" if name.startswith("reserved") else "AvailableResources"
            meant.setdefault("policy", {})[key] = {"CPU": _cpu(name, value)}
    return meant, warnings


def _cpu(name: str, value: str) -> str:
    resource, equals, amount = value.partition("=")
    if not equals or resource.casefold() != "cpu" or not amount:
        raise UsageError(
            f"invalid value for flag --{name}: {quote(value)} is not like cpu=750m",
            f"write {_FORMS[name]} in a configuration",
        )
    return amount


def renamed(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Give a document with the policy `null` by its present name, and a warning if it was there.

    `null` without quotes is nothing in YAML, which means the default; only the text is renamed.
    """
    policy = document.get("policy")
    if not isinstance(policy, Mapping) or policy.get("Active") != NULL_POLICY:
        return dict(document), []
    changed = {**document, "policy": {**policy, "Active": "none"}}
    return changed, ["policy null is an older name; write policy: {Active: none}"]
