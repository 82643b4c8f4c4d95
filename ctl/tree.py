# SPDX-License-Identifier: Apache-2.0
"""Commands and their words as data, read off the parsers: for completion, manual and reference."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import main

# argparse tells what it knows in no other way.
# ruff: noqa: SLF001


@dataclass(frozen=True, slots=True)
class Word:
    """An option, with its `names`, or what may stand at a position, without."""

    names: tuple[str, ...]
    metavar: str
    """What stands for its value, such as FILE; empty where it takes none."""
    choices: tuple[str, ...]
    doc: str
    many: bool = False
    """Whether more than one value may follow."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or the program itself, whose path is empty."""

    path: tuple[str, ...]
    line: str
    usage: str
    description: str
    epilog: str
    words: tuple[Word, ...]
    below: tuple["Command", ...]

    def walk(self) -> Iterator["Command"]:
        """Give it and all commands below it, each before its own."""
        yield self
        for command in self.below:
            yield from command.walk()


def read(parser: argparse.ArgumentParser, path: tuple[str, ...] = (), line: str = "") -> Command:
    """Read a parser, and those below it."""
    lines = {one.dest: one.help or "" for one in _choices(parser)}
    return Command(
        path=path,
        line=line,
        usage=" ".join(parser.format_usage().removeprefix("usage: ").split()),
        description=(parser.description or "").strip(),
        epilog=(parser.epilog or "").strip(),
        words=tuple(
            _word(parser, action)
            for action in parser._actions
            if not isinstance(action, argparse._SubParsersAction)
            and action.help != argparse.SUPPRESS
        ),
        below=tuple(
            read(one, (*path, name), lines.get(name, ""))
            for name, one in main.below(parser).items()
        ),
    )


def _choices(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action._choices_actions


def _word(parser: argparse.ArgumentParser, action: argparse.Action) -> Word:
    choices = tuple(map(str, action.choices or ()))
    shown = action.metavar or action.dest
    shown = shown if isinstance(shown, str) else " ".join(shown)
    takes = not action.option_strings or action.nargs != 0
    return Word(
        names=tuple(action.option_strings),
        metavar=(shown if action.metavar or not choices else "|".join(choices)) if takes else "",
        choices=choices,
        doc=_expanded(parser, action),
        many=action.nargs in {"*", "+"},
    )


def _expanded(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    """Give an action's help with its default in it, as argparse does."""
    values: dict[str, Any] = {**vars(action), "prog": parser.prog}
    return (action.help or "") % values
