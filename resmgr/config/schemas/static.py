# SPDX-License-Identifier: Apache-2.0
"""Module `policy.static`."""

from typing import Any

from .. import module, schema
from ..problem import kind, quote


def _rdt(value: Any) -> str | None:
    if isinstance(value, bool) or value in ("true", "false", "auto"):
        return None
    shown = quote(value) if isinstance(value, str) else kind(value)
    return f"expected true, false or auto, got {shown}"


MODULE = module.Module(
    name="static",
    doc="Exclusive CPUs for guaranteed containers that ask for whole CPUs.",
    fields=(
        schema.Field(
            "RelaxedIsolation",
            schema.Boolean(),
            "Prefer isolated CPUs for every exclusive allocation, not only for single CPUs.",
            default="false",
        ),
        schema.Field(
            "Rdt",
            schema.Special("true, false or auto", _rdt),
            "Accepted for old configurations; without effect.",
            default="auto",
        ),
    ),
)
