# SPDX-License-Identifier: Apache-2.0
"""The command `cmk isolate`, as containers were started by it: its flags, and what it runs."""

from collections.abc import Sequence
from dataclasses import dataclass

ANY = -1
"""The socket of who does not care."""

_TAKES = ("pool", "socket-id", "conf-dir")
_SWITCHES = ("no-affinity",)
_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))


@dataclass(frozen=True, slots=True)
class Isolate:
    """What a command line says; `rest` is the command to run."""

    pool: str
    socket: int
    no_affinity: bool
    rest: tuple[str, ...]


def find(words: Sequence[str]) -> Isolate | None:
    """Read a container's command and arguments; None where no pool is given in them.

    The command may also be one of the words as a whole, as in `sh -c "cmk isolate ..."`.
    """
    for candidate in (list(words), *(word.split() for word in words)):
        if _isolates(candidate):
            return _read(candidate[2:])
    return None


def _isolates(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[0].rpartition("/")[2] == "cmk" and words[1] == "isolate"


def _read(words: list[str]) -> Isolate | None:
    """Read flags up to the first word that is none; what is wrong about them is skipped."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name in _TAKES:
            if not (equals or rest):
                break
            found[name] = value if equals else rest.pop(0)
        elif name in _SWITCHES:
            value = value if equals else "true"
            if value in _TRUE | _FALSE:
                found[name] = value
    if not found.get("pool"):
        return None
    socket = number(found.get("socket-id", ""))
    return Isolate(
        found["pool"],
        ANY if socket is None else socket,
        found.get("no-affinity", "") in _TRUE,
        tuple(rest),
    )


def number(text: str) -> int | None:
    """Read a whole number; None for what is none."""
    digits = text.removeprefix("-").removeprefix("+")
    if len(digits) > 9 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(text)
