# SPDX-License-Identifier: Apache-2.0
"""EXTRA_OPTIONS: one line of a systemd environment file, appended to the daemon's command line.

Root reads this file, so what is not known to be harmless is refused: the flags are a list, the
characters are a list. Flags that would break the installation or stop the daemon are refused by
name, with the reason.
"""

import re
from collections.abc import Mapping

from . import flags, suggest
from .problem import Findings, Place, quote

MAX_LENGTH = 4096
"""Characters of the line."""

_LINE = re.compile(r'EXTRA_OPTIONS="(?P<words>[^"\n]*)"\n?')
_ALLOWED = re.compile(r"[A-Za-z0-9 ._,:/=@+*?-]*")
_TRAVERSAL = re.compile(r"(?:^|[/=])\.\.(?:/|$)")


def judge(text: str, place: Place) -> None:
    """Report at `place` all that is wrong with the line."""
    if len(text) > MAX_LENGTH:
        place.problem(f"longer than {MAX_LENGTH} characters")
        return
    match = _LINE.fullmatch(text)
    if match is None:
        place.problem("expected exactly one line", 'write EXTRA_OPTIONS="FLAG[=VALUE] ..."')
        return
    line = match["words"]
    if not _ALLOWED.fullmatch(line):
        wrong = next(char for char in line if not _ALLOWED.fullmatch(char))
        place.problem(
            f"the character {quote(wrong)} is not allowed",
            "letters, digits, blanks and . _ , : / = @ + * ? - are",
        )
        return
    given: set[str] = set()
    for word in line.split():
        _judge_word(word, given, place)


def _judge_word(word: str, given: set[str], place: Place) -> None:
    name, equals, value = word.partition("=")
    flag = name.removeprefix("-").removeprefix("-")
    if name == flag or not flag:
        place.problem(f"{quote(word)} is no flag", "write --FLAG=VALUE without a blank")
    elif flag in flags.REFUSED:
        place.problem(f"flag {name} is refused: {flags.REFUSED[flag]}")
    elif flag not in flags.ALLOWED:
        hint = None if place.findings.full else suggest.hint(flag, flags.ALLOWED)
        place.problem(f"unknown flag {quote(name)}", hint)
    elif flag in given:
        place.problem(f"flag {name} is given twice")
    else:
        given.add(flag)
        _judge_value(name, flags.ALLOWED, flag, value if equals else None, place)


def _judge_value(
    name: str, known: Mapping[str, flags.Flag], flag: str, value: str | None, place: Place
) -> None:
    type_ = known[flag].type
    if value is None:
        if type_ is not flags.TRUTH:
            place.problem(f"flag {name} has no value", f"write {name}=VALUE")
    elif _TRAVERSAL.search(value):
        place.problem(f"flag {name}: {quote(value)} leaves its folder")
    else:
        findings = Findings()
        type_.check(value, Place("", findings))
        for problem in findings.problems():
            place.problem(f"flag {name}: {problem.message}", problem.hint)
