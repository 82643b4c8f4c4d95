# SPDX-License-Identifier: Apache-2.0
"""Modules `resource-manager.control` and `resource-manager.control.page-migration`."""

from .. import forms, module, schema

CONTROLLERS = ("blockio", "cpu", "cri", "memory", "page-migration", "rdt")
"""Names of all controllers; the daemon would ignore others, which hides misspellings."""

_MODES = ("disabled", "disable", "required", "mandatory", "optional", "relaxed")

_PAGE_MIGRATION = module.Module(
    name="page-migration",
    doc="Moves idle pages from DRAM to persistent memory; works when all three are above 0.",
    fields=(
        schema.Field(
            "PageScanInterval",
            schema.Text("duration", forms.duration),
            "Time between two searches for idle pages.",
            unit="Go duration",
            default="0s",
        ),
        schema.Field(
            "PageMoveInterval",
            schema.Text("duration", forms.duration),
            "Time between two moves.",
            unit="Go duration",
            default="0s",
        ),
        schema.Field(
            "MaxPageMoveCount",
            schema.Integer(0, 2**63 - 1),
            "Pages of a container that one move takes at most.",
            unit="pages",
            default="0",
        ),
    ),
)

_CONTROL = module.Module(
    name="control",
    doc="How seriously each controller is taken.",
    fields=(
        schema.Field(
            "Controllers",
            schema.MapOf(
                schema.Text(choices=_MODES, ignore_case=True), "controller", known=CONTROLLERS
            ),
            "Mode of each controller: required fails with it, optional must start, relaxed warns.",
            default="relaxed for each that is not listed",
        ),
    ),
    children=(_PAGE_MIGRATION,),
)

MODULE = module.Module(
    name="resource-manager",
    doc="Holds other modules, has no keys of its own.",
    children=(_CONTROL,),
)
