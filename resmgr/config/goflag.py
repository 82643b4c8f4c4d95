# SPDX-License-Identifier: Apache-2.0
"""The syntax of command line flags in Go's way (resource manager, section 2).

`-flag` and `--flag` are the same; a value follows as `--flag value` or `--flag=value`; a boolean
stands alone or has `=VALUE`. Flags end at the first word that is none, or at `--`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from . import forms, suggest
from .problem import quote


class Kind(Enum):
    """What the value of a flag is."""

    TEXT = "string"
    BOOLEAN = "boolean"
    DURATION = "duration"
    WHOLE = "int"
    SIGNAL = "signal"
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag; `default` is text as it would be given."""

    name: str
    kind: Kind
    default: str
    doc: str
    group: str = "Daemon"
    old: bool = False
    """An older form: taken, but not suggested."""

    idle: str = ""
    """Why it has no effect, for the warning to whoever gives it; empty where it has one."""


class UsageError(Exception):
    """A command line that cannot be obeyed; the hint says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a command line says: flags as text by name, the words behind them."""

    values: Mapping[str, str]
    words: tuple[str, ...]
    help: bool = False


_HELP = frozenset(("h", "help"))
_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))


def parse(known: Mapping[str, Flag], words: Sequence[str]) -> Parsed:
    """Read the words behind the program's name.

    A flag that is given twice has its last value. Raises `UsageError` for the first word that is
    wrong: what follows it cannot be told apart any more.
    """
    values: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        if len(word) < 2 or not word.startswith("-"):
            break
        position += 1
        if word == "--":
            break
        name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
        if not name or name.startswith("-"):
            raise UsageError(f"bad flag syntax: {quote(word)}", "write --FLAG=VALUE")
        if name in _HELP and name not in known:
            return Parsed(values, (), help=True)
        flag = _find(known, name)
        if not equals:
            if flag.kind is Kind.BOOLEAN:
                value = "true"
            elif position < len(words):
                value = words[position]
                position += 1
            else:
                raise UsageError(f"flag --{name} needs a value", f"write --{name}=VALUE")
        judge(flag, value)
        values[name] = value
    return Parsed(values, tuple(words[position:]))


def _find(known: Mapping[str, Flag], name: str) -> Flag:
    flag = known.get(name)
    if flag is None:
        present = [flag.name for flag in known.values() if not flag.old]
        near = suggest.nearest(name.replace("_", "-"), present) or suggest.nearest(name, present)
        hint = f"did you mean --{near}?" if near else "--help lists all flags"
        raise UsageError(f"unknown flag {quote('--' + name)}", hint)
    return flag


def judge(flag: Flag, value: str) -> None:
    """Raise `UsageError` when a value is not what the flag takes."""
    wrong: str | None = None
    if "\0" in value:
        wrong = f"{quote(value)} is no text"
    elif flag.kind is Kind.BOOLEAN and value not in _TRUE | _FALSE:
        wrong = f"{quote(value)} is neither true nor false"
    elif flag.kind is Kind.DURATION:
        wrong = forms.duration(value)
    elif flag.kind is Kind.WHOLE and not (value.isascii() and value.isdigit() and len(value) < 10):
        wrong = f"{quote(value)} is not a whole number"
    if wrong:
        raise UsageError(f"invalid value for flag --{flag.name}: {wrong}")


def truth(value: str) -> bool:
    """Give what a right boolean says."""
    return value in _TRUE


_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}


def seconds(duration: str) -> float:
    """Give the seconds of a right duration such as `1m30s` or `0`."""
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(duration))
