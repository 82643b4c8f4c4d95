# SPDX-License-Identifier: Apache-2.0
"""Module `policy.static-pools`."""

from .. import forms, module, schema

_LIST = schema.Record(
    (
        schema.Field("Socket", schema.Integer(0, forms.MAX_ID), "Socket that the CPUs are on."),
        schema.Field(
            "Cpuset",
            schema.Text("CPU list", forms.id_list, lenient=True),
            "CPUs that are given out together.",
        ),
    )
)
_POOL = schema.Record(
    (
        schema.Field(
            "exclusive",
            schema.Boolean(),
            "Give each CPU list to one container at a time.",
            default="false",
        ),
        schema.Field("cpuLists", schema.ListOf(_LIST), "What the pool has to give."),
    )
)

MODULE = module.Module(
    name="static-pools",
    doc="Predefined CPU lists in pools, as CPU Manager for Kubernetes had them.",
    fields=(
        schema.Field(
            "pools",
            schema.MapOf(_POOL, "pool name", forms.name),
            "The pools; when empty they are read from the two places below.",
        ),
        schema.Field(
            "ConfDirPath",
            schema.Text("directory", max_length=4096),
            "Directory tree with pools, on the node.",
            default="/etc/cmk",
        ),
        schema.Field(
            "ConfFilePath",
            schema.Text("file", max_length=4096),
            "YAML file with pools, on the node; counts above the directory.",
        ),
        schema.Field(
            "LabelNode",
            schema.Boolean(),
            "Set the node label cmk.intel.com/cmk-node.",
            default="false",
        ),
        schema.Field(
            "TaintNode",
            schema.Boolean(),
            "Set the node taint cmk=true:NoSchedule.",
            default="false",
        ),
    ),
)
