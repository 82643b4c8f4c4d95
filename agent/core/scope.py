# SPDX-License-Identifier: Apache-2.0
"""Which Adjustments are for a node (node agent contract, 4.2), and what the daemon gets of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What counts of an Adjustment object; specs are compared as a whole."""

    name: str
    generation: int
    spec: Mapping[str, Any] | None
    """None when it is for other nodes only: what is not needed is not kept."""

    told: Mapping[str, Any] | None = None
    """What its status says of this node."""


def read(obj: Mapping[str, Any], node: str) -> Adjustment:
    """Take from an object what counts; whatever does not have its form is left out."""
    metadata = obj["metadata"]
    nodes = _mapping(_mapping(obj.get("status")).get("nodes"))
    told = nodes.get(node)
    spec = _mapping(obj.get("spec"))
    return Adjustment(
        metadata["name"],
        int(metadata.get("generation") or 0),
        None if reduced(spec, node) is None else spec,
        told if isinstance(told, dict) else None,
    )


def matches(pattern: str, node: str) -> bool:
    """Tell whether a pattern of names means a node: "" all, `x*` a prefix, else the name."""
    if pattern.endswith("*"):
        return node.startswith(pattern[:-1])
    return pattern in {"", node}


def reduced(spec: Mapping[str, Any], node: str) -> dict[str, Any] | None:
    """Give a spec with the items of its scope that are for a node; None when it is for others.

    An empty scope means every node, and stays empty.
    """
    scope = spec.get("scope") or []
    items = [item for item in scope if _means(item, node)] if isinstance(scope, list) else []
    if scope and not items:
        return None
    return {**spec, "scope": items}


def _means(item: Any, node: str) -> bool:
    nodes = _mapping(item).get("nodes") or []
    if not isinstance(nodes, list):
        return False
    return not nodes or any(matches(str(pattern), node) for pattern in nodes)


@dataclass(frozen=True, slots=True)
class Selection:
    """The Adjustments for a node, by name, each reduced to it."""

    specs: Mapping[str, Mapping[str, Any]]

    def text(self) -> str:
        """Give the JSON object that the daemon takes."""
        return json.dumps(self.specs, sort_keys=True, separators=(",", ":"))


def select(adjustments: Mapping[str, Adjustment], node: str) -> Selection:
    """Give what is for a node."""
    found = {}
    for name, adjustment in sorted(adjustments.items()):
        spec = None if adjustment.spec is None else reduced(adjustment.spec, node)
        if spec is not None:
            found[name] = spec
    return Selection(found)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
