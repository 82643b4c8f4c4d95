# SPDX-License-Identifier: Apache-2.0
"""Module `policy.balloons`. Its daemon side takes no numbers for text."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from .. import forms, module, schema
from ..problem import Place
from . import common

_TOPOLOGY_BALANCING = schema.Field(
    "AllocatorTopologyBalancing",
    schema.Boolean(),
    "Spread balloons over the machine (true) or pack them together (false).",
    default="false",
)
_SPREAD_ON_CORES = schema.Field(
    "PreferSpreadOnPhysicalCores",
    schema.Boolean(),
    "Prefer one hardware thread of each core over all threads of fewer cores.",
    default="false",
)
_FIXED = {
    "reserved": ("MinCPUs", "MaxCPUs", "MinBalloons"),
    "default": ("MinBalloons",),
}
"""What the redefinition of a built-in balloon type must leave alone."""


def _count(name: str, doc: str) -> schema.Field:
    return schema.Field(name, schema.Integer(), doc, default="0")


def _switch(name: str, doc: str) -> schema.Field:
    return schema.Field(name, schema.Boolean(), doc, default="false")


def _built_in(given: Mapping[str, Any], place: Place) -> None:
    for key in _FIXED.get(given["Name"], ()):
        if given.get(key):
            place.key(key).problem(f"the built-in balloon type {given['Name']} takes none")


_TYPE = schema.Record(
    (
        schema.Field(
            "Name",
            schema.Text("name of the balloon type", forms.name),
            "Name for annotations; reserved and default change the built-in types.",
            required=True,
        ),
        common.TYPE_NAMESPACES,
        _count("MinCPUs", "CPUs that a balloon has at least."),
        _count("MaxCPUs", "CPUs that a balloon has at most, 0 for no limit."),
        common.ALLOCATOR_PRIORITY,
        dataclasses.replace(_SPREAD_ON_CORES, default="that of the policy"),
        dataclasses.replace(_TOPOLOGY_BALANCING, default="that of the policy"),
        common.CPU_CLASS,
        _count("MinBalloons", "Balloons that are there from the beginning."),
        _count("MaxBalloons", "Balloons of the type at most, 0 for no limit."),
        _switch("PreferSpreadingPods", "Put containers of a pod in different balloons."),
        _switch("PreferPerNamespaceBalloon", "Put each namespace in balloons of its own."),
        _switch("PreferNewBalloons", "Rather create a balloon than fill an existing one."),
        schema.Field(
            "ShareIdleCPUsInSame",
            schema.Text(
                choices=("", "system", "package", "die", "numa", "core", "thread"),
                ignore_case=True,
            ),
            "Let containers also use CPUs of no balloon that are this near; empty for none.",
        ),
    ),
    rules=(
        schema.not_above("MinCPUs", "MaxCPUs"),
        schema.not_above("MinBalloons", "MaxBalloons"),
        schema.Together(("Name", *_FIXED["reserved"]), _built_in),
    ),
)

MODULE = module.Module(
    name="balloons",
    doc="Containers in CPU sets that grow and shrink with them.",
    fields=(
        common.PIN_CPU,
        common.PIN_MEMORY,
        schema.Field(
            "IdleCPUClass",
            schema.Text("name of a class of module cpu"),
            "Class of the CPUs that are in no balloon.",
        ),
        common.RESERVED_NAMESPACES,
        _TOPOLOGY_BALANCING,
        _SPREAD_ON_CORES,
        schema.Field(
            "BalloonTypes", schema.ListOf(_TYPE, "Name"), "The types of balloons, in order."
        ),
    ),
)
