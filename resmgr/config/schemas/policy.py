# SPDX-License-Identifier: Apache-2.0
"""Module `policy`: which policy is active and which CPUs it has. Its children are the policies."""

from collections.abc import Mapping
from typing import Any

from .. import forms, module, schema
from ..problem import Place, kind, quote
from . import balloons, dynamic_pools, podpools, static, static_pools, topology_aware

NAMES = (
    "none",
    "static",
    "static-plus",
    "static-pools",
    "topology-aware",
    "memtier",
    "podpools",
    "balloons",
    "dynamic-pools",
)
"""Policies that can be active."""

NEED_RESERVATION = frozenset(NAMES) - {"none", "static-pools"}
"""Policies that do not start without reserved CPUs."""


def constraint(value: Any) -> str | None:
    """A CPU constraint: a number of CPUs, a quantity, a CPU list, or a cgroup's directory."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return None if 0 <= value <= forms.MAX_ID else f"{value} is no number of CPUs"
    if not isinstance(value, str):
        return f"expected CPUs, got {kind(value)}"
    if not value or len(value) > 4096 or not value.isprintable():
        return f"{quote(value)} is no CPU constraint" if value else "missing CPU constraint value"
    return _qualified(value)


def _qualified(value: str) -> str | None:
    qualifier, colon, rest = value.partition(":")
    if value.startswith("/") or qualifier == "cgroup":
        return _directory(rest if colon and not value.startswith("/") else value)
    if colon:
        if qualifier == "cpuset":
            return forms.id_list(rest)
        return f"invalid CPU constraint qualifier {quote(qualifier)}, known: cpuset, cgroup"
    return forms.id_list(value) if "-" in value or "," in value else forms.amount(value)


def is_quantity(value: Any) -> bool:
    """Whether a right constraint only says how many CPUs, not which."""
    if isinstance(value, str):
        return not any(char in value for char in "/:,-")
    return value is not None


def _directory(path: str) -> str | None:
    if not path or ".." in path.split("/"):
        return f"{quote(path)} is no directory of a cgroup"
    return None


def _available_names_cpus(given: Mapping[str, Any], place: Place) -> None:
    available = cpus(given, "AvailableResources")
    active = given.get("Active", "none")
    if is_quantity(available) and active in NEED_RESERVATION:
        place.key("AvailableResources").problem(
            f"policy {active} has to know which CPUs, not how many",
            "name them, as in cpuset:0-7",
        )


def cpus(given: Mapping[str, Any], which: str) -> Any:
    """The CPU constraint of `AvailableResources` or `ReservedResources`, None without one."""
    resources = given.get(which) or {}
    return next((value for key, value in resources.items() if key.casefold() == "cpu"), None)


def _resources(name: str, doc: str) -> schema.Field:
    form = "number of CPUs, quantity, CPU list as in cpuset:0-3, or cgroup directory"
    field = schema.Field("CPU", schema.Special(form, constraint), "The CPUs.")
    return schema.Field(name, schema.Record((field,)), doc)


MODULE = module.Module(
    name="policy",
    doc="The policy that decides which CPUs and memory containers get.",
    fields=(
        schema.Field("Active", schema.Text(choices=NAMES), "The policy to use.", default="none"),
        _resources(
            "AvailableResources",
            "CPUs that the policy may hand out; without them, all that are online.",
        ),
        _resources(
            "ReservedResources",
            "CPUs kept for system containers. A bare number or quantity lets the policy choose.",
        ),
    ),
    children=(
        static.MODULE,
        static_pools.MODULE,
        topology_aware.MODULE,
        topology_aware.ALIAS,
        podpools.MODULE,
        balloons.MODULE,
        dynamic_pools.MODULE,
    ),
    rules=(_available_names_cpus,),
)
