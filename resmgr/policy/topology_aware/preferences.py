# SPDX-License-Identifier: Apache-2.0
"""What a pod's annotations say about one of its containers (annotations, sections 2.5 and 2.6).

The scoped form counts before the deprecated one. What is wrong is told and then as if it were not
there; it never makes the next scope or form count.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...model import Pod
from .. import annotations, plainyaml, scoped
from . import memory
from .options import Options

DOMAIN = "cri-resource-manager.intel.com"
ISOLATED, SHARED, RESERVED, MEMORY_TYPE, COLD_START = (
    "prefer-isolated-cpus",
    "prefer-shared-cpus",
    "prefer-reserved-cpus",
    "memory-type",
    "cold-start",
)
LONGEST = 3600.0
"""Seconds of the longest cold start."""

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Wish:
    """A preference, and whether the pod states it or it is the default."""

    value: bool
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one container prefers.

    `reserved` is None where nothing is said. `memory` is a set of kinds, 0 for any. `cold` is in
    seconds. `doubts` says what was not understood, or is deprecated.
    """

    isolated: Wish
    shared: Wish
    reserved: bool | None
    memory: int
    cold: float
    doubts: tuple[str, ...] = ()


def of(pod: Pod, container: str, options: Options) -> Preferences:
    """Read what a pod says about a container."""
    reader = _Reader(pod, container)
    return Preferences(
        isolated=reader.wish(ISOLATED, default=options.prefer_isolated),
        shared=reader.wish(SHARED, default=options.prefer_shared),
        reserved=reader.reserved(),
        memory=reader.memory(),
        cold=reader.cold(),
        doubts=tuple(reader.doubts),
    )


class _Reader:
    def __init__(self, pod: Pod, container: str) -> None:
        self.doubts: list[str] = []
        self._pod = pod
        self._container = container

    def wish(self, what: str, *, default: bool) -> Wish:
        text = self._scoped(what)
        if text is not None:
            value = annotations.boolean(text)
            if value is None:
                self._doubt(what, text, "neither true nor false")
                return Wish(default)
            return Wish(value, explicit=True)
        return self._former_wish(what, default=default)

    def _former_wish(self, what: str, *, default: bool) -> Wish:
        text = self._deprecated(what)
        if text is None:
            return Wish(default)
        found = text if text in ("true", "false") else self._of_container(what, text)
        if found is None:
            return Wish(default)
        if str(found).lower() not in ("true", "false"):
            self._doubt(what, str(found), "neither true nor false")
            return Wish(default)
        return Wish(str(found).lower() == "true", explicit=True)

    def reserved(self) -> bool | None:
        text = self._scoped(RESERVED)
        value = None if text is None else annotations.boolean(text)
        if text is not None and value is None:
            self._doubt(RESERVED, text, "neither true nor false")
        return value

    def memory(self) -> int:
        text = self._scoped(MEMORY_TYPE)
        if text is None:
            text = self._deprecated(MEMORY_TYPE) or ""
            listed = self._quietly(text)
            if isinstance(listed, dict):
                text = str(listed.get(self._container) or "")
        kinds = memory.parse(text)
        if kinds is None:
            self._doubt(MEMORY_TYPE, text, "no list of dram, pmem, hbm and mixed")
        return kinds or 0

    def cold(self) -> float:
        text = self._scoped(COLD_START)
        found: Any = None
        if text is not None:
            found = self._read(COLD_START, text)
        elif text := self._deprecated(COLD_START):
            found = self._of_container(COLD_START, text)
        if found is None:
            return 0.0
        if not isinstance(found, dict) or [key.lower() for key in found] != ["duration"]:
            self._doubt(COLD_START, str(found), "not of the form `duration: 60s`")
            return 0.0
        (duration,) = found.values()
        value = seconds(str(duration))
        if value is None or value > LONGEST:
            self._doubt(COLD_START, str(duration), "no duration from 0s to 1h")
            return 0.0
        return value

    def _scoped(self, what: str) -> str | None:
        return scoped.of_container(self._pod, f"{what}.{DOMAIN}", self._container)

    def _deprecated(self, what: str) -> str | None:
        text = self._pod.annotations.get(f"{DOMAIN}/{what}")
        if text is not None:
            self.doubts.append(
                f"annotation {DOMAIN}/{what} is deprecated, write {what}.{DOMAIN}/pod"
                f" or {what}.{DOMAIN}/container.{self._container} instead"
            )
        return text

    def _of_container(self, what: str, text: str) -> Any:
        """Give the entry of the container in a mapping by container names."""
        data = self._read(what, text)
        if isinstance(data, dict):
            return data.get(self._container)
        if data is not None:
            self._doubt(what, text, "no mapping from container names")
        return None

    def _read(self, what: str, text: str) -> Any:
        return self._load(text, lambda error: self._doubt(what, text, f"not readable: {error}"))

    def _quietly(self, text: str) -> Any:
        return self._load(text, lambda _: None)

    def _load(self, text: str, failed: Callable[[plainyaml.BadYaml], None]) -> Any:
        try:
            return plainyaml.load(text)
        except plainyaml.BadYaml as error:
            failed(error)
            return None

    def _doubt(self, what: str, text: str, why: str) -> None:
        self.doubts.append(f"annotation {what} is {text[:60]!r}, {why}: it is not looked at")


def seconds(text: str) -> float | None:
    """Read a duration such as `60s` or `1h5m`; None for other text and for negative ones."""
    rest = text.removeprefix("+")
    if rest == "0":
        return 0.0
    parts = list(_DURATION.finditer(rest))
    if not parts or "".join(part[0] for part in parts) != rest:
        return None
    return float(sum(float(part[1]) * _SECONDS[part[2]] for part in parts))
