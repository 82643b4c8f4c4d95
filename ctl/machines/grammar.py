# SPDX-License-Identifier: Apache-2.0
"""Machines in a word: `snc`, or `2x2x14x2` for packages, NUMA nodes, cores and threads.

Behind it, each after a colon, what is otherwise: `2x2x14x2:adjacent:offline=3,5-7:pmem=256Gi`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from resmgr import cpuset, quantity
from resmgr.config import suggest
from resmgr.sysfs.machine import Machine, MemoryType

from .build import build
from .named import NAMED
from .shape import Apart, BadShape, Shape

_FORM = "PACKAGESxNODESxCORESxTHREADS, as in 2x2x14x2"
_NUMBERS = re.compile(r"[0-9]{1,5}(?:[x×][0-9]{1,5})*")
_NANO = 10**9


class BadMachine(ValueError):
    """A text is no machine; the message says what is wrong with it, and what could be meant."""


def parse(text: str, *, adjacent: bool | None = None) -> Machine:
    """Give the machine that a text names or describes. Raises `BadMachine`.

    With `adjacent`, threads of a core are numbered one after the other, or with False not.
    """
    found = shape(text)
    if adjacent is not None:
        found = replace(found, adjacent=adjacent)
    try:
        return build(found)
    except BadShape as error:
        raise BadMachine(f"cannot make machine {text!r}: {error}") from error


def shape(text: str) -> Shape:
    """Give the shape of a machine. Raises `BadMachine`."""
    name, *options = text.strip().split(":")
    found = _base(name, text)
    for option in options:
        word, equals, value = option.partition("=")
        change = OPTIONS.get(word)
        if change is None:
            hint = suggest.hint(word, OPTIONS)
            raise BadMachine(f"cannot read machine {text!r}: unknown option {word!r}; {hint}")
        if bool(equals) is (word == "adjacent"):
            example = "adjacent" if word == "adjacent" else f"{word}={EXAMPLES[word]}"
            raise BadMachine(f"cannot read machine {text!r}: write {example}, not {option}")
        try:
            found = change(found, value)
        except ValueError as error:
            raise BadMachine(f"cannot read machine {text!r}: {word}: {error}") from error
    return found


def _base(name: str, text: str) -> Shape:
    if name in NAMED:
        return NAMED[name][1]
    if not _NUMBERS.fullmatch(name):
        meant = suggest.nearest(name, NAMED)
        hint = f"did you mean {meant}" if meant else f"names: {', '.join(NAMED)}"
        raise BadMachine(f"cannot read machine {text!r}: expected {_FORM}, or a name; {hint}")
    numbers = [int(part) for part in re.split("[x×]", name)]
    if len(numbers) != 4:
        cause = f"expected four numbers, got {len(numbers)}"
        raise BadMachine(f"cannot read machine {text!r}: {cause}; write {_FORM}")
    packages, nodes, cores, threads = numbers
    return Shape(packages=packages, nodes=nodes, cores=cores, threads=threads)


def _dies(shape: Shape, value: str) -> Shape:
    if not re.fullmatch("[0-9]{1,5}", value):
        raise ValueError(f"{value!r} is no number")
    return replace(shape, dies=int(value))


def _bytes(value: str) -> int:
    found = quantity.parse(value)
    if found < 0 or 0 < found < _NANO << 10:
        raise ValueError(f"{value!r} is no amount of memory such as 64Gi")
    # Kernels count memory in kB.
    return found // (_NANO << 10) << 10


def _apart(type_: MemoryType) -> Callable[[Shape, str], Shape]:
    def change(shape: Shape, value: str) -> Shape:
        size = _bytes(value)
        more = tuple(Apart(size, type_, node) for node in range(shape.with_cpus))
        return replace(shape, apart=(*shape.apart, *more))

    return change


OPTIONS: Mapping[str, Callable[[Shape, str], Shape]] = {
    "adjacent": lambda shape, _: replace(shape, adjacent=True),
    "dies": _dies,
    "hbm": _apart(MemoryType.HBM),
    "isolated": lambda shape, value: replace(shape, isolated=cpuset.parse(value)),
    "memory": lambda shape, value: replace(shape, memory=_bytes(value)),
    "offline": lambda shape, value: replace(shape, offline=cpuset.parse(value)),
    "pmem": _apart(MemoryType.PMEM),
}
"""Word -> what it does to a shape, with what stands behind the equals sign."""

EXAMPLES = {
    "dies": "2",
    "hbm": "16Gi",
    "isolated": "2-3",
    "memory": "32Gi",
    "offline": "4-7",
    "pmem": "256Gi",
}
