# SPDX-License-Identifier: Apache-2.0
"""How command lines are read: as argparse does, with a guess at what a wrong word should be."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from . import exits

_MISSING = "the following arguments are required: "


class Parser(argparse.ArgumentParser):
    """A parser of the program or of one of its commands."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Read all of it: a word that is not known ends the program, with the usage of its command.

        Whatever stands behind a command is the command's own, so nobody else can know it.
        """
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = self._option_string_actions
            self.error(f"unrecognized arguments: {' '.join(_guessed(unknown, options))}")
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            meant = _meant(str(value), map(str, action.choices or ()))
            if meant:
                error.message = f"{error.message}, did you mean {meant}?"
            raise

    def error(self, message: str) -> NoReturn:
        """End the program; where a command is missing, with all that there are."""
        commands = (
            action.metavar or action.dest
            for action in self._actions
            if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 - as in `main.below`
        )
        if any(message == f"{_MISSING}{name}" for name in commands):
            self.print_help(sys.stderr)
            self.exit(exits.USAGE)
        super().error(message)


def _guessed(unknown: Iterable[str], options: Iterable[str]) -> list[str]:
    """Give unknown words, the first wrong option with what was meant by it."""
    words = list(unknown)
    for number, word in enumerate(words):
        option = word.partition("=")[0]
        if option.startswith("--") and (meant := _meant(option, options)):
            words[number] = f"{word} (did you mean {meant}?)"
            break
    return words


def _meant(word: str, known: Iterable[str]) -> str | None:
    from resmgr.config import suggest  # noqa: PLC0415 - for a word that is wrong

    return suggest.nearest(word, known)
