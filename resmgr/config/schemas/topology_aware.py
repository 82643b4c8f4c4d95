# SPDX-License-Identifier: Apache-2.0
"""Module `policy.topology-aware`, and its alias `policy.memtier` with a section of its own."""

import dataclasses

from .. import module, schema
from . import common


def _switch(name: str, default: str, doc: str) -> schema.Field:
    return schema.Field(name, schema.Boolean(), doc, default=default)


MODULE = module.Module(
    name="topology-aware",
    doc="CPUs and memory near to each other, by the machine's own hierarchy.",
    fields=(
        common.PIN_CPU,
        common.PIN_MEMORY,
        _switch(
            "PreferIsolatedCPUs",
            "true",
            "Take isolated CPUs for exclusive allocations where the pod says nothing.",
        ),
        _switch(
            "PreferSharedCPUs", "false", "Share CPUs rather than give exclusive ones, likewise."
        ),
        common.RESERVED_NAMESPACES,
        _switch("ColocatePods", "false", "Keep the containers of a pod near to each other."),
        _switch(
            "ColocateNamespaces", "false", "Keep the containers of a namespace near to each other."
        ),
    ),
)

ALIAS = dataclasses.replace(MODULE, name="memtier", doc="The same for the policy name memtier.")
