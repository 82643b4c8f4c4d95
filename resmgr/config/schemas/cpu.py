# SPDX-License-Identifier: Apache-2.0
"""Module `cpu`: classes of CPUs and their frequencies."""

from .. import module, schema


def _frequency(name: str, doc: str) -> schema.Field:
    return schema.Field(name, schema.Integer(), doc, unit="kHz", default="0")


_CLASS = schema.Record(
    (
        _frequency("minFreq", "Lowest frequency of the CPUs."),
        _frequency("maxFreq", "Highest frequency of the CPUs."),
        _frequency("uncoreMinFreq", "Lowest uncore frequency of their dies, 0 for no opinion."),
        _frequency("uncoreMaxFreq", "Highest uncore frequency of their dies, 0 for no opinion."),
        schema.Field(
            "energyPerformancePreference",
            schema.Integer(),
            "Accepted for old configurations; without effect.",
            default="0",
        ),
    ),
    rules=(schema.not_above("minFreq", "maxFreq"),),
)

MODULE = module.Module(
    name="cpu",
    doc="Frequencies of CPUs by class; policies put CPUs in classes.",
    fields=(schema.Field("classes", schema.MapOf(_CLASS, "class name"), "The classes."),),
)
