# SPDX-License-Identifier: Apache-2.0
"""Module `blockio`: classes of weights and rates of block devices."""

from collections.abc import Mapping
from typing import Any

from ... import quantity
from .. import forms, module, schema
from ..problem import Place, quote

_THROTTLES = ("ThrottleReadBps", "ThrottleWriteBps", "ThrottleReadIOPS", "ThrottleWriteIOPS")


def _rate(text: str) -> str | None:
    return forms.amount(text) if text else None


def _weight(text: str) -> str | None:
    if not text or (wrong := forms.amount(text)):
        return wrong if text else None
    value = quantity.parse(text)
    if not 10 * 10**9 <= value <= 1000 * 10**9:
        return f"{quote(text)} is not between 10 and 1000"
    return None


def _throttles_name_devices(given: Mapping[str, Any], place: Place) -> None:
    for key in _THROTTLES:
        if given.get(key) not in (None, "") and not given.get("Devices"):
            place.key(key).problem("a rate without Devices has nothing to work on")


def _throttle(name: str, what: str, unit: str) -> schema.Field:
    type_ = schema.Text("quantity", _rate, lenient=True)
    return schema.Field(name, type_, f"Limit of {what} of each device.", unit=unit)


_BLOCK = schema.Record(
    (
        schema.Field(
            "Devices",
            schema.ListOf(schema.Text("path or pattern", forms.glob, max_length=4096)),
            "Devices that the block is about; without them it sets the default weight.",
        ),
        schema.Field(
            "Weight",
            schema.Text("quantity from 10 to 1000", _weight, lenient=True),
            "Share of the device's time, relative to other containers.",
        ),
        _throttle(_THROTTLES[0], "bytes read", "bytes/s"),
        _throttle(_THROTTLES[1], "bytes written", "bytes/s"),
        _throttle(_THROTTLES[2], "read operations", "operations/s"),
        _throttle(_THROTTLES[3], "write operations", "operations/s"),
    ),
    rules=(_throttles_name_devices,),
)

MODULE = module.Module(
    name="blockio",
    doc="Weights and rates for block devices by class; containers are put in classes.",
    fields=(
        schema.Field(
            "Classes",
            schema.MapOf(schema.ListOf(_BLOCK), "class name", forms.name),
            "The classes; of several blocks about one device the last counts.",
        ),
    ),
)
