# SPDX-License-Identifier: Apache-2.0
"""What the daemon may change of its Node: labels, annotations and taints that policies need.

A change is judged by what it makes of the Node, not by how it is written. The label of the group
is ours too, but whoever sets it chooses a configuration, so the daemon may not.
"""

from collections.abc import Mapping
from typing import Any, Final

DOMAINS: Final = ("cmk.intel.com", "cri-resource-manager.intel.com", "criresmgr.intel.com")
"""Domains of labels, annotations and taints; those below them count too."""

TAINTS: Final = ("cmk",)
"""Keys of taints without a domain."""


def refusal(before: Mapping[str, Any], after: Mapping[str, Any], *, label: str) -> str:
    """Say why a change of a Node is not made, empty when it is; `label` names the group."""
    if _rest(before) != _rest(after):
        return "only labels, annotations and taints of a Node may be changed"
    found = [
        f"{what} {key}"
        for what, old, new in (
            ("label", _map(before, "labels"), _map(after, "labels")),
            ("annotation", _map(before, "annotations"), _map(after, "annotations")),
            ("taint", _taints(before), _taints(after)),
        )
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key) and (key == label or not _ours(key, what))
    ]
    if found:
        return f"{', '.join(found)}: only keys of {', '.join(DOMAINS)} may be changed"
    return ""


def _ours(key: str, what: str) -> bool:
    domain, slash, _ = key.partition("/")
    if not slash:
        return what == "taint" and key in TAINTS
    return any(domain == one or domain.endswith(f".{one}") for one in DOMAINS)


def _map(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return (node.get("metadata") or {}).get(name) or {}


def _taints(node: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give the taints by key; the order of the others counts as well."""
    found: dict[str, list[Any]] = {}
    for taint in (node.get("spec") or {}).get("taints") or []:
        key = taint.get("key") if isinstance(taint, dict) else None
        found.setdefault(str(key or ""), []).append(taint)
    return found


def _rest(node: Mapping[str, Any]) -> dict[str, Any]:
    """Give everything but what may be changed."""
    metadata = dict(node.get("metadata") or {})
    spec = dict(node.get("spec") or {})
    for name in ("labels", "annotations"):
        metadata.pop(name, None)
    spec.pop("taints", None)
    return {**node, "metadata": metadata, "spec": spec}


def capacity_refusal(name: str) -> str:
    """Say why the capacity of a resource is not set, empty when it is (section 3.1)."""
    if name in {"cpu", "memory"} or name.startswith("hugepages-"):
        return f"refusing to update capacity of native resource '{name}'"
    if "." not in name or "/" not in name:
        return f"invalid resource '{name}' in capacity update"
    return ""
