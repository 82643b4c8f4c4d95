# SPDX-License-Identifier: Apache-2.0
"""Fields that several policies have."""

from .. import forms, schema

NAMESPACES = schema.ListOf(schema.Text("namespace or pattern", forms.glob, max_length=253))

PIN_CPU = schema.Field(
    "PinCPU",
    schema.Boolean(),
    "Pin containers to the CPUs that were chosen for them, and set their CPU shares.",
    default="true",
)
PIN_MEMORY = schema.Field(
    "PinMemory",
    schema.Boolean(),
    "Pin containers to the memory nodes that are near to their CPUs.",
    default="true",
)
RESERVED_NAMESPACES = schema.Field(
    "ReservedPoolNamespaces",
    NAMESPACES,
    "Namespaces whose containers run on the reserved CPUs; kube-system always does.",
    default="[kube-system]",
)
ALLOCATOR_PRIORITY = schema.Field(
    "AllocatorPriority",
    schema.Integer(0, 3),
    "Which CPUs are taken first: 0 high, 1 normal, 2 low priority ones, 3 no preference.",
    default="0",
)
CPU_CLASS = schema.Field(
    "CPUClass",
    schema.Text("name of a class of module cpu"),
    "Class of the CPUs in it; empty leaves their frequencies alone.",
)
TYPE_NAMESPACES = schema.Field(
    "Namespaces", NAMESPACES, "Namespaces whose containers go there without an annotation."
)
