# SPDX-License-Identifier: Apache-2.0
"""What one container was given, and its text for the saved state."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ... import cpuset
from .. import remembered
from ..interface import Subject
from . import memory
from .memory import Amounts

AVX512 = "AVX512"
"""Tag of containers that use it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """CPUs and memory of a container.

    `pool` and `memory_pool` are ids; memory is used from another pool than CPUs when it had to make
    room. `exclusive` is a mask, `part` in milli-CPU. `cold` is how many seconds it is to have PMEM
    only once it runs; 0 when that is over, or never was. A `makeshift` grant is for a container
    that runs although there is nothing to guarantee it.
    """

    subject: Subject
    pool: int
    exclusive: int = 0
    part: int = 0
    reserved: bool = False
    memory_pool: int = 0
    kinds: int = memory.ALL
    amounts: Amounts = memory.NOTHING
    cold: float = 0.0
    makeshift: bool = False

    @property
    def shares(self) -> bool:
        """Whether it uses the sharable CPUs of its pool."""
        return not self.reserved and (self.part > 0 or not self.exclusive)

    @property
    def avx512(self) -> bool:
        """Whether it uses AVX-512."""
        return AVX512 in self.subject.container.tags

    @property
    def filling(self) -> int:
        """The kinds of memory that it is to use now."""
        return memory.PMEM if self.cold else self.kinds


@dataclass(frozen=True, slots=True)
class Saved:
    """A grant as it was saved: with names of pools, without the container."""

    pool: str
    exclusive: int
    part: int
    reserved: bool
    memory_pool: str
    kinds: int
    amounts: Amounts
    cold: float
    makeshift: bool


def text(grant: Grant, names: Mapping[int, str]) -> str:
    """Write a grant; `names` are those of the pools."""
    return json.dumps(
        {
            "Pool": names[grant.pool],
            "Exclusive": cpuset.show(grant.exclusive),
            "Part": grant.part,
            "CPUType": "reserved" if grant.reserved else "normal",
            "MemoryPool": names[grant.memory_pool],
            "MemType": memory.show(grant.kinds),
            "Memory": list(grant.amounts),
            "ColdStart": grant.cold,
            "Makeshift": grant.makeshift,
        }
    )


def parse(key: str, written: str) -> Saved:
    """Read what `text` wrote for a container. Raises `BadState`."""
    with remembered.reading(f"what container {key} was given"):
        data = json.loads(written)
        amounts = [remembered.number(one) for one in data["Memory"]]
        return Saved(
            pool=str(data["Pool"]),
            exclusive=cpuset.parse(remembered.text(data["Exclusive"])),
            part=remembered.number(data["Part"]),
            reserved={"reserved": True, "normal": False}[data["CPUType"]],
            memory_pool=str(data["MemoryPool"]),
            kinds=memory.parse(remembered.text(data["MemType"])) or memory.ALL,
            amounts=(amounts[0], amounts[1], amounts[2]),
            cold=float(data["ColdStart"]),
            makeshift=data["Makeshift"] is True,
        )
