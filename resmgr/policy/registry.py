# SPDX-License-Identifier: Apache-2.0
"""The policies there are; only the one that is asked for is imported."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from .interface import Factory
from .marks import Marks


@dataclass(frozen=True, slots=True)
class Known:
    """Where a policy lives, and its line in `--list-policies`."""

    module: str
    description: str


POLICIES: Mapping[str, Known] = {
    "balloons": Known("balloons", "Flexible pools with per-pool CPU parameters"),
    "dynamic-pools": Known(
        "dynamic_pools",
        "The cpuset of the dynamic pools can be dynamically changed based on workload.",
    ),
    "memtier": Known("topology_aware.memtier", "A policy for prototyping memory tiering."),
    "none": Known("none", "A no-op policy, doing pretty much nothing."),
    "podpools": Known("podpools", "Pod-granularity workload placement"),
    "static": Known("static", "A reimplementation of the static CPU Manager policy."),
    "static-plus": Known(
        "static_plus", "A simple policy supporting exclusive/pinned and shared allocations."
    ),
    "static-pools": Known(
        "static_pools", "A reimplementation of CMK (CPU Manager for Kubernetes)."
    ),
    "topology-aware": Known("topology_aware", "A policy for prototyping memory tiering."),
}
"""By name, sorted; the descriptions are those that operators' tools match."""


def load(name: str) -> Factory:
    """Import a policy and give its factory. Raises `LookupError` for a name that is not there."""
    module = importlib.import_module(f"{__package__}.{POLICIES[name].module}")
    make: Factory = module.make
    return make


def marks_without(name: str) -> Marks | None:
    """Give how a Node is when the policy has left it; None if it never marks any, or is unknown."""
    known = POLICIES.get(name)
    if known is None:
        return None
    found: Marks | None = getattr(
        importlib.import_module(f"{__package__}.{known.module}"), "MARKS", None
    )
    return found
