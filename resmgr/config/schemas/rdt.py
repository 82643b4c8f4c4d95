# SPDX-License-Identifier: Apache-2.0
"""Module `rdt`: shares of caches and memory bandwidth, in partitions and classes.

Whether a bitmask is wide enough, or a cache is there at all, only the node knows.
"""

import re
from typing import Any

from .. import forms, module, schema
from ..problem import Place, kind, quote
from . import rdt_rules

_PERCENT = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?%")
_BANDWIDTH = re.compile(r"([0-9]{1,3})%|[0-9]{1,9}MBps")
_HEXADECIMAL = re.compile(r"0x([0-9a-fA-F]{1,16})")
_MAX_BIT = 63
_MAX_ENTRIES = 256


def _share(text: str) -> str | None:
    """A share of a partition: a percentage, or bits of the cache's bitmask."""
    if "-" in text and text.endswith("%"):
        return f"{quote(text)}: a range of percentages is for classes only"
    return _share_or_range(text)


def _share_or_range(text: str) -> str | None:
    """A share of a class: as for a partition, or a range of percentages."""
    if text.endswith("%"):
        match = _PERCENT.fullmatch(text)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if match is None or not 0 < high <= 100 or low > high:
            return f"{quote(text)} is no percentage from 1% to 100%"
        return None
    if not _HEXADECIMAL.fullmatch(text) and (
        forms.id_list(text) or max(map(int, re.findall("[0-9]+", text))) > _MAX_BIT
    ):
        return f"{quote(text)} is neither a percentage, nor a bitmask 0xff, nor bits 0-7"
    mask = rdt_rules.bitmask(text)
    bits = mask // (mask & -mask) if mask else 0
    if bits & (bits + 1) or not bits:
        return f"{quote(text)} is not one contiguous block of bits"
    return None


def _bandwidth(text: str) -> str | None:
    match = _BANDWIDTH.fullmatch(text)
    if match is None or (match[1] and not 0 < int(match[1]) <= 100):
        return f"{quote(text)} is not like 50% or 1000MBps"
    return None


def _cache_ids(text: str) -> str | None:
    return None if text == "all" else forms.id_list(text, "list of cache ids, or all,")


def _code_with_data(given: Any, place: Place) -> None:
    if "unified" not in given:
        place.key("unified").problem("missing")
    if ("code" in given) != ("data" in given):
        place.key("data" if "code" in given else "code").problem(
            "missing: code and data are given together or not at all"
        )


class _ByCache:
    """One value for all caches, or a mapping from cache ids to values."""

    def __init__(self, whole: schema.Type, item: schema.Type) -> None:
        self._whole = whole
        self._map = schema.MapOf(item, "cache ids or all", _cache_ids, max_entries=_MAX_ENTRIES)

    def check(self, value: Any, place: Place) -> None:
        """Judge by the form that is given."""
        (self._map if isinstance(value, dict) else self._whole).check(value, place)

    def describe(self) -> str:
        """Both forms."""
        return f"{self._whole.describe()}, or {self._map.describe()}"


class _Share:
    """A share as text, or different ones for code and data."""

    def __init__(self, text: schema.Type) -> None:
        self._text = text
        names = ("unified", "code", "data")
        fields = tuple(schema.Field(name, text, f"Share for {name}.") for name in names)
        self._record = schema.Record(fields, (_code_with_data,))

    def check(self, value: Any, place: Place) -> None:
        """Judge by the form that is given."""
        if isinstance(value, (dict, str)):
            (self._record if isinstance(value, dict) else self._text).check(value, place)
        else:
            place.problem(f"expected a share such as 50%, got {kind(value)}", "put it in quotes")

    def describe(self) -> str:
        """Both forms."""
        return f"{self._text.describe()}, or {self._record.describe()}"


def _allocations(share: schema.Text) -> tuple[schema.Field, ...]:
    cache = _ByCache(share, _Share(share))
    bandwidth = schema.ListOf(schema.Text("N% or NMBps", _bandwidth))
    return (
        schema.Field("l2Allocation", cache, "Share of the level 2 caches."),
        schema.Field("l3Allocation", cache, "Share of the level 3 caches."),
        schema.Field(
            "mbAllocation",
            _ByCache(bandwidth, bandwidth),
            "Share of the memory bandwidth; the first that the system's mode can use counts.",
            default='["100%"]',
        ),
    )


def _switch(name: str, doc: str) -> schema.Field:
    return schema.Field(name, schema.Boolean(), doc, default="false")


def _level(name: str, what: str) -> schema.Field:
    optional = _switch("optional", "Go on where the machine cannot control it.")
    return schema.Field(name, schema.Record((optional,)), f"Control of {what}.")


_OPTIONS = schema.Record(
    (
        schema.Field(
            "mode",
            schema.Text(choices=("Full", "Discovery", "Disabled")),
            "Set up what is configured, use the groups that are there, or leave all alone.",
            default="Full",
        ),
        _switch("monitoringDisabled", "Measure nothing."),
        _level("l2", "level 2 caches"),
        _level("l3", "level 3 caches"),
        _level("mb", "memory bandwidth"),
    )
)
_ANNOTATIONS = schema.Record(
    (
        _switch("denyPodAnnotation", "Accepted for old configurations; without effect."),
        _switch("denyContainerAnnotation", "Accepted for old configurations; without effect."),
    )
)
_CLASS = schema.Record(
    (
        *_allocations(schema.Text("N%, A-B%, 0xMASK or bits", _share_or_range)),
        schema.Field("kubernetes", _ANNOTATIONS, "What annotations may do."),
    )
)
_PARTITION = schema.Record(
    (
        *_allocations(schema.Text("N%, 0xMASK or bits", _share)),
        schema.Field(
            "classes",
            schema.MapOf(_CLASS, "class name", rdt_rules.class_name, max_entries=_MAX_ENTRIES),
            "Classes that share the partition.",
        ),
    )
)

MODULE = module.Module(
    name="rdt",
    doc="Shares of caches and of memory bandwidth; containers are put in classes.",
    fields=(
        schema.Field("options", _OPTIONS, "What is controlled at all."),
        schema.Field(
            "partitions",
            schema.MapOf(_PARTITION, "partition name", forms.name, max_entries=_MAX_ENTRIES),
            "Parts of the machine that do not overlap.",
        ),
    ),
    rules=rdt_rules.RULES,
)
