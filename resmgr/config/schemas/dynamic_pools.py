# SPDX-License-Identifier: Apache-2.0
"""Module `policy.dynamic-pools`. Its daemon side takes no numbers for text."""

from .. import forms, module, schema
from . import common

_TYPE = schema.Record(
    (
        schema.Field(
            "Name",
            schema.Text("name of the pool", forms.name),
            "Name for annotations; reserved and shared change the built-in pools.",
            required=True,
        ),
        common.TYPE_NAMESPACES,
        common.CPU_CLASS,
        common.ALLOCATOR_PRIORITY,
    )
)

MODULE = module.Module(
    name="dynamic-pools",
    doc="Pools whose number of CPUs follows the load of their containers.",
    fields=(
        common.PIN_CPU,
        common.PIN_MEMORY,
        common.RESERVED_NAMESPACES,
        schema.Field("DynamicPoolTypes", schema.ListOf(_TYPE, "Name"), "The pools, in order."),
    ),
)
