# SPDX-License-Identifier: Apache-2.0
"""Annotations of pods that this project knows, and what is doubtful about those that a pod has.

Annotations in our domain that match nothing are most often misspelt; the original passed over them
without a word. Nothing is refused here: whoever reads an annotation judges what is wrong with it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from .. import booleans, quantity
from . import suggest

DOMAIN = "cri-resource-manager.intel.com"
SUCCESSOR = "resource-policy.nri.io"
"""Domain of the successor project, whose annotations for containers left untouched count here."""

PRESERVE_DOMAIN = f"preserve.{SUCCESSOR}"

TOP_TIER_LIMIT = f"toptierlimit.{DOMAIN}"
PRESERVE_CPU = f"cpu.{PRESERVE_DOMAIN}"
PRESERVE_MEMORY = f"memory.{PRESERVE_DOMAIN}"
EXPORT = f"export-resources.{DOMAIN}"
RESOURCES = "intel.com/resources"

FILE = "file"
ENVIRONMENT = "environment"
EXPORTS = (FILE, ENVIRONMENT)
"""How a container can be shown its CPUs."""

MEMORY_TYPES = ("dram", "pmem", "hbm", "mixed")

MOST = 8
"""Doubts about one pod that are told; whoever makes pods decides how many there could be."""

_SHOWN = 60


class Scope(Enum):
    """Which forms a key has."""

    CONTAINER = "container"
    """`KEY`, `KEY/pod` and `KEY/container.NAME`."""

    POD = "pod"
    """`KEY` and `KEY/pod`."""

    WHOLE = "whole"
    """The key alone."""


Judge = Callable[[str], str]
"""Gives what is wrong with a value, nothing if it is right."""


def _anything(_: str) -> str:
    return ""


def _boolean(text: str) -> str:
    return "" if booleans.read(text) is not None else "expected true or false"


def _amount(text: str) -> str:
    try:
        return "" if quantity.parse(text) >= 0 else "expected 0 or more bytes"
    except ValueError:
        return "expected an amount of bytes such as 512Mi"


def _some_of(known: tuple[str, ...]) -> Judge:
    def judge(text: str) -> str:
        wrong = [one for one in text.split(",") if one.casefold() not in known]
        return f"expected some of {', '.join(known)}, with commas between" if wrong else ""

    return judge


def _memory_types(text: str) -> str:
    return _some_of(MEMORY_TYPES)(text) if text else ""


def _or_mapping(judge: Judge) -> Judge:
    """Take a mapping from container names as well; whoever reads it judges what is in it."""

    def either(text: str) -> str:
        wrong = "" if ":" in text else judge(text)
        return f"{wrong}, or a mapping from container names" if wrong else ""

    return either


def _cold_start(text: str) -> str:
    return "" if "duration" in text.casefold() else "expected `duration: 60s`"


def _resources(text: str) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    return "" if isinstance(found, dict) else "expected a JSON object"


@dataclass(frozen=True, slots=True)
class Key:
    """One annotation; `value` says in words what it may hold."""

    name: str
    scope: Scope
    value: str
    judge: Judge = _anything


def _scoped(name: str, value: str, judge: Judge = _anything) -> Key:
    return Key(f"{name}.{DOMAIN}", Scope.CONTAINER, value, judge)


def _plain(name: str, value: str, judge: Judge = _anything) -> Key:
    return Key(f"{DOMAIN}/{name}", Scope.WHOLE, value, judge)


KEYS = (
    _scoped("rdtclass", "name of an RDT class"),
    _scoped("blockioclass", "name of a block I/O class"),
    _scoped("toptierlimit", "amount of memory in bytes", _amount),
    _scoped("topologyhints", "true or false", _boolean),
    _scoped("prefer-isolated-cpus", "true or false", _boolean),
    _scoped("prefer-shared-cpus", "true or false", _boolean),
    _scoped("prefer-reserved-cpus", "true or false", _boolean),
    _scoped("memory-type", "list of dram, pmem, hbm and mixed", _memory_types),
    _scoped("cold-start", "YAML, `duration: 60s`", _cold_start),
    _scoped("balloon.balloons", "name of a balloon type"),
    _scoped("dynamic-pool.dynamic-pools", "name of a pool type"),
    Key(f"pool.podpools.{DOMAIN}", Scope.POD, "name of a pool"),
    _scoped("export-resources", "list of file and environment", _some_of(EXPORTS)),
    _plain("affinity", "YAML"),
    _plain("anti-affinity", "YAML"),
    _plain(
        "prefer-isolated-cpus",
        "true or false, or YAML by container (deprecated)",
        _or_mapping(_boolean),
    ),
    _plain(
        "prefer-shared-cpus",
        "true or false, or YAML by container (deprecated)",
        _or_mapping(_boolean),
    ),
    _plain(
        "memory-type",
        "list of types, or YAML by container (deprecated)",
        _or_mapping(_memory_types),
    ),
    _plain("cold-start", "YAML by container (deprecated)"),
    Key(PRESERVE_CPU, Scope.CONTAINER, "true or false", _boolean),
    Key(PRESERVE_MEMORY, Scope.CONTAINER, "true or false", _boolean),
    Key(RESOURCES, Scope.WHOLE, "JSON, written by the webhook", _resources),
)
"""All annotations there are."""

_BY_NAME: Mapping[str, Key] = {key.name: key for key in KEYS}


def forms(key: Key) -> tuple[str, ...]:
    """Give the forms of a key, as people write it."""
    scoped = {
        Scope.CONTAINER: (f"{key.name}/container.NAME", f"{key.name}/pod", key.name),
        Scope.POD: (f"{key.name}/pod", key.name),
        Scope.WHOLE: (key.name,),
    }
    return scoped[key.scope]


def is_ours(annotation: str) -> bool:
    """Tell whether nobody else could mean an annotation."""
    domain = annotation.partition("/")[0]
    return annotation == RESOURCES or any(
        domain == ours or domain.endswith(f".{ours}") for ours in (DOMAIN, PRESERVE_DOMAIN)
    )


def find(annotation: str) -> Key | None:
    """Give the known key that an annotation is a form of."""
    whole = _BY_NAME.get(annotation)
    if whole is not None:
        return whole
    base, _, scope = annotation.partition("/")
    key = _BY_NAME.get(base)
    if key is None or key.scope is Scope.WHOLE:
        return None
    prefix, _, container = scope.partition(".")
    one = key.scope is Scope.CONTAINER and prefix == "container" and bool(container)
    return key if scope == "pod" or one else None


def doubts(
    annotations: Mapping[str, str], containers: Collection[str] | None = None
) -> tuple[str, ...]:
    """Give what is doubtful about the annotations of one pod, a sentence each, at most `MOST`.

    `containers` are those of the pod; without them those count that the webhook has noted.
    """
    there = _noted(annotations.get(RESOURCES)) if containers is None else containers
    odd = (_doubt(key, annotations[key]) or _astray(key, there) for key in sorted(annotations))
    found = [one for one in odd if one]
    if len(found) > MOST:
        found[MOST - 1 :] = [f"there are {len(found) - MOST + 1} more such annotations"]
    return tuple(found)


def _doubt(annotation: str, value: str) -> str:
    if not is_ours(annotation):
        return ""
    key = find(annotation)
    if key is None:
        meant = _meant(annotation)
        return f"annotation {annotation[:200]} is not known and has no effect" + (
            f": {meant}" if meant else ""
        )
    wrong = key.judge(value)
    if not wrong:
        return ""
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."
    return f"annotation {annotation} is {shown!r}: {wrong}"


def _noted(text: str | None) -> Collection[str]:
    """Give the containers that the webhook's annotation names; none where there is nothing."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return ()
    members = found.values() if isinstance(found, dict) else ()
    return [name for member in members if isinstance(member, dict) for name in member]


def _astray(annotation: str, there: Collection[str]) -> str:
    """Tell of an annotation for a container that is not in the pod, as far as that is known."""
    base, _, scope = annotation.partition("/")
    prefix, _, name = scope.partition(".")
    scoped = base in _BY_NAME and prefix == "container"
    if not there or not scoped or name in there:
        return ""
    hint = suggest.hint(name, sorted(there))
    text = f"annotation {annotation[:200]} has no effect: the pod has no container {name[:60]!r}"
    return f"{text}, {hint}" if hint else text


def _meant(annotation: str) -> str:
    """Give what an unknown annotation may have been meant to be.

    The domain is left out of the comparison: it is the longest part of each and always right.
    """
    base, _, scope = annotation.partition("/")
    known = _BY_NAME.get(base)
    if known is not None and known.scope is not Scope.WHOLE:
        return f"write {_either(forms(known))}"
    own = _own(base) or scope
    words: dict[str, Key] = {}
    for one in KEYS:
        # Of two keys with one word the deprecated one comes later.
        words.setdefault(_word(one), one)
    near = suggest.nearest(own, words)
    if near is None:
        return ""
    return f"did you mean {_either(forms(words[near]))}"


def _own(base: str) -> str:
    """Give what stands before a domain: `rdtclass` of `rdtclass.DOMAIN`."""
    for domain in (DOMAIN, SUCCESSOR):
        if base.endswith(f".{domain}"):
            return base.removesuffix(f".{domain}")
    return ""


def _word(key: Key) -> str:
    base, _, name = key.name.partition("/")
    return name or _own(base)


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
