# SPDX-License-Identifier: Apache-2.0
"""Where the first configuration comes from, in the order in which sources count (section 6.6).

Forced > what the node agent gave last > fallback > nothing. A forced or fallback configuration that
cannot be used ends the start: an operator has named it. One that was kept is passed over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from ...config.problem import ConfigProblems
from .configuration import CannotRead, Judge, Judged, read_file

T = TypeVar("T")


class Origin(Enum):
    """Where a configuration comes from."""

    FORCED = "forced configuration"
    AGENT = "configuration of the node agent"
    KEPT = "configuration that the node agent gave last"
    FALLBACK = "fallback configuration"
    NOTHING = "defaults"


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration that may be the first one; `judge` raises what is wrong with it."""

    origin: Origin
    name: str
    judge: Callable[[], Judged]

    @property
    def must(self) -> bool:
        """Whether nothing else may stand in for it."""
        return self.origin is not Origin.KEPT

    def __str__(self) -> str:
        return f"{self.origin.value} {self.name}".rstrip()


class Unusable(Exception):
    """The configuration that has to be used cannot be; the text has a line for each problem."""


def in_order(
    judge: Judge,
    *,
    forced: str,
    fallback: str,
    kept: Mapping[str, str] | None,
    read: Callable[[str], str] = read_file,
) -> tuple[Source, ...]:
    """Give the sources that there are; empty text means that a file was not named."""
    if forced:
        return (Source(Origin.FORCED, forced, lambda: judge.of_text(read(forced))),)
    found = []
    if kept is not None:
        found.append(Source(Origin.KEPT, "", lambda: judge.of_data(kept)))
    if fallback:
        found.append(Source(Origin.FALLBACK, fallback, lambda: judge.of_text(read(fallback))))
    else:
        found.append(Source(Origin.NOTHING, "", judge.nothing))
    return tuple(found)


def first(
    sources: tuple[Source, ...],
    accept: Callable[[Judged], T],
    failures: tuple[type[Exception], ...],
    warn: Callable[[str], None],
) -> tuple[Source, Judged, T]:
    """Give the first source that can be used, its settings, and what `accept` made of them.

    `accept` may raise `failures` as well. Raises `Unusable`.
    """
    for source in sources:
        try:
            judged = source.judge()
            return source, judged, accept(judged)
        except Exception as error:
            if not isinstance(error, (ConfigProblems, CannotRead, *failures)):
                raise
            message = f"cannot use the {source}:{told(error)}"
            if source.must:
                raise Unusable(message) from error
            warn(message)
    raise Unusable("there is no configuration")


def told(error: Exception) -> str:
    """Give what is wrong behind a colon, each of several problems on a line of its own."""
    if not isinstance(error, ConfigProblems):
        return f" {error}"
    problems = [str(problem) for problem in error.problems]
    return (
        f" {problems[0]}"
        if len(problems) == 1
        else "".join(f"\n  {problem}" for problem in problems)
    )
