# SPDX-License-Identifier: Apache-2.0
"""One configuration document: judged, and split into the data keys of a ConfigMap.

Precedence, TYPE names and where a text comes from are in `configs`.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from . import module, text
from .problem import Findings, Place, Problem, kind
from .schemas import policy, tree

MAX_TEXTS = 64
"""Data keys of a ConfigMap; there are not as many modules."""

MAX_CHARACTERS = 512 * 1024
"""Of all data of a ConfigMap together."""


def check(document: str, path: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Judge a text; the document in nested form, or None and what is wrong with it.

    Document: module names to data, dotted keys resolved, values as YAML has them; a module or key
    that is given without a value is None or absent. Read-only. The text may be empty.
    """
    findings = Findings()
    judged = judge(document, Place(path, findings))
    return judged, findings.problems()


def judge(document: str, place: Place) -> dict[str, Any] | None:
    """As `check`, reporting at `place` among the findings of a bigger input."""
    before = place.findings.count
    loaded = text.load(document, place)
    if loaded is None:
        return None
    if loaded.value is not None and not isinstance(loaded.value, dict):
        place.problem(f"expected a mapping of modules, got {kind(loaded.value)}")
        return None
    laid = module.lay(tree.ROOT, loaded.value, place)
    return laid if place.findings.count == before else None


def warnings(document: Mapping[str, Any], path: str) -> list[Problem]:
    """What may be wrong with a right document, though a node may know better."""
    if not any(document.values()):
        return [Problem(path, "empty document", "it sets every module to its defaults")]
    given = document.get("policy") or {}
    active = given.get("Active")
    reserved = policy.cpus(given, "ReservedResources")
    if active in policy.NEED_RESERVATION and not reserved:
        message = f"policy {active} does not start without reserved CPUs"
        hint = "reserve some, as in ReservedResources: {CPU: 750m}"
        return [Problem(f"{path}.policy.ReservedResources", message, hint)]
    return []


def split(document: Mapping[str, Any]) -> dict[str, str]:
    """One data key for each top-level module, its value that module's YAML.

    The same document gives the same texts, in whatever order its keys are.
    """
    return {
        name: yaml.dump(data or {}, Dumper=_Dumper, default_flow_style=False, allow_unicode=True)
        for name, data in sorted(document.items())
    }


def joined(data: Mapping[str, str], place: Place) -> dict[str, Any] | None:
    """Put the texts of a ConfigMap together to one document, the counterpart of `split`.

    A module whose text is no YAML is reported, and has no data; None if it is too much of it.
    """
    if len(data) > MAX_TEXTS:
        place.problem(f"more than {MAX_TEXTS} keys")
        return None
    if sum(map(len, data.values())) > MAX_CHARACTERS:
        place.problem(f"all texts together are longer than {MAX_CHARACTERS // 1024} KiB")
        return None
    document = {}
    for key, value in sorted(data.items()):
        loaded = text.load(value, place.key(key))
        document[key] = None if loaded is None else loaded.value
    return document


class _Dumper(yaml.CSafeDumper):
    """Writes shared values out, since nobody reads anchors that a machine named."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Never an alias."""
        return True
