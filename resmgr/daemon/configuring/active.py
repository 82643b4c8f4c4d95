# SPDX-License-Identifier: Apache-2.0
"""The configuration that counts: what it says module by module, and where each of that is from."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...config import module
from ...config.schemas import tree
from .configuration import Judged
from .sources import Origin

BELOW = "environment and command line"
"""What lies below every configuration."""


@dataclass(frozen=True, slots=True)
class Active:
    """A configuration that counts; `since` in seconds since the epoch, `name` of its file if any.

    `generation` is 1 for that of the start, and one more for each that came after it.
    """

    judged: Judged
    origin: Origin
    name: str = ""
    since: float = 0.0
    generation: int = 1

    @property
    def hash(self) -> str:
        """Tells contents apart; the same configuration has the same wherever it comes from."""
        text = json.dumps(self.judged.document, sort_keys=True, default=str)
        # The module hashlib loads OpenSSL: 4 MB that the daemon has no other use for.
        from _blake2 import blake2b  # noqa: PLC0415

        return blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Refused:
    """A configuration that was not taken; `when` in seconds since the epoch, `text` says why."""

    origin: Origin
    name: str
    when: float
    text: str


def modules(active: Active) -> dict[str, dict[str, Any]]:
    """Give each module that is configured, by its dotted path: its own data, and from where."""
    given = dict(_own(tree.ROOT, active.judged.given, ""))
    below = dict(_own(tree.ROOT, active.judged.below, ""))
    found: dict[str, dict[str, Any]] = {}
    for path, data in _own(tree.ROOT, active.judged.document, ""):
        whence = [f"{active.origin.value} {active.name}".rstrip()] if path in given else []
        whence += [BELOW] if path in below else []
        found[path] = {"data": data, "from": whence}
    return found


def _own(one: module.Module, document: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Give the data of a module and of those below it, where there is any."""
    children = {child.name: child for child in one.children}
    data = {
        key: value for key, value in document.items() if key not in children and value is not None
    }
    if data:
        yield path, data
    for name, child in children.items():
        below = document.get(name)
        if isinstance(below, Mapping):
            yield from _own(child, below, f"{path}.{name}" if path else name)
