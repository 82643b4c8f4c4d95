# SPDX-License-Identifier: Apache-2.0
"""Module `policy.podpools`."""

import re
from collections.abc import Mapping
from typing import Any

from .. import forms, module, schema
from ..problem import Place, kind, quote
from . import common

BUILT_IN = frozenset(("reserved", "default"))

_COUNT = re.compile(r"0x0{0,7}[1-9a-fA-F][0-9a-fA-F]{0,7}|[1-9][0-9]{0,8}")
_INSTANCES = re.compile(r"\s*([0-9]{1,9})\s*(%|cpus?)?\s*", re.IGNORECASE)


def _cpu(value: Any) -> str | None:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        return f"expected a number of CPUs, got {kind(value)}"
    if _COUNT.fullmatch(text) and int(text, 0) <= forms.MAX_ID:
        return None
    return f"invalid CPUs per pool: {quote(text)}, a whole number of at least 1 expected"


def instances(value: Any) -> tuple[int, str] | None:
    """Count and unit (empty, `%` or `cpu`) of a pool's instances; None when it is neither."""
    match = _INSTANCES.fullmatch(str(value)) if len(str(value)) <= 64 else None
    if match is None:
        return None
    return int(match[1]), (match[2] or "").lower().rstrip("s")


def _instances(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return f"expected a number of instances, got {kind(value)}"
    if value == "":
        return None
    parsed = instances(value)
    if parsed is None:
        return f"invalid Instances: {quote(str(value))} is not like 2, 8 CPUs or 50 %"
    count, unit = parsed
    if count == 0:
        return "invalid Instances: there has to be at least one"
    if unit == "%" and count > 100:
        return f"invalid Instances: {count} % is more than all CPUs"
    return None


def _user_pool(given: Mapping[str, Any], place: Place) -> None:
    if given["Name"] in BUILT_IN:
        return
    if "CPU" not in given:
        place.key("CPU").problem("missing CPUs: pools other than reserved and default need them")
    count, unit = instances(given.get("Instances") or 1) or (1, "")
    if given.get("FillOrder") == "Packed" and not given.get("MaxPods") and not unit and count > 1:
        place.key("Instances").problem(
            f"{count - 1} pool(s) unreachable: without MaxPods all pods are packed in the first"
        )


_POOL = schema.Record(
    (
        schema.Field(
            "Name",
            schema.Text("pool name", forms.name),
            "Name for annotations; reserved and default change the built-in pools.",
            required=True,
        ),
        schema.Field(
            "CPU",
            schema.Special("whole number of at least 1", _cpu),
            "CPUs of each instance; may be missing only for built-in pools.",
        ),
        schema.Field(
            "MaxPods",
            schema.Integer(-(2**31)),
            "Pods that fit in an instance: 0 any number, negative none.",
            default="0",
        ),
        schema.Field(
            "Instances",
            schema.Special("N, N CPUs or N %", _instances),
            "How many instances there are, or the CPUs for all, or their share of free CPUs.",
            default="1",
        ),
        schema.Field(
            "FillOrder",
            schema.Text(choices=("Balanced", "Packed", "FirstFree")),
            "Which instance with room gets a pod: with fewest pods, with most, or the first.",
            default="Balanced",
        ),
    ),
    rules=(_user_pool,),
)

MODULE = module.Module(
    name="podpools",
    doc="Whole pods in pools of a fixed number of CPUs.",
    fields=(
        common.PIN_CPU,
        common.PIN_MEMORY,
        schema.Field("Pools", schema.ListOf(_POOL, "Name"), "The pools, in order."),
    ),
)
