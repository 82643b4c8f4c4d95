# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a configuration: problems with their field paths, all at once.

`Findings` bounds the work that hostile input can cause: after `LISTED` problems it only counts.
`Place` knows where in the input the judge stands; paths are put together only for a problem.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LISTED = 50
"""Problems that are listed; the others are counted. A status message has to stay readable."""

_QUOTED = 60
"""Characters of a user's value that a message repeats."""

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_./-]{1,253}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or, in a list of warnings, doubtful.

    `path` is a field path such as `spec.providerConfig.configs.default.policy.Actve`, `message` a
    sentence without capital and full stop, `hint` what the writer may do or have meant.
    """

    path: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        text = f"{self.path}: {self.message}" if self.path else self.message
        return f"{text}, {self.hint}" if self.hint else text


class ConfigProblems(ValueError):
    """A configuration that cannot be used, with all its problems in the order of the input."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "; ".join(str(problem) for problem in self.problems)
        super().__init__(f"cannot use the configuration: {listed}")


class Findings:
    """The problems found so far, bounded."""

    def __init__(self) -> None:
        self._listed: list[Problem] = []
        self.count = 0

    @property
    def full(self) -> bool:
        """Whether a further problem would only be counted, so that hints are wasted work."""
        return self.count >= LISTED

    def add(self, problem: Problem) -> None:
        """List the problem, or count it when the list is full."""
        self.count += 1
        if self.count <= LISTED:
            self._listed.append(problem)

    def problems(self) -> list[Problem]:
        """All listed problems, and one more that counts the rest."""
        rest = self.count - len(self._listed)
        return [*self._listed, Problem("", f"and {rest} more problems")] if rest else self._listed


class Place:
    """A position in the input: the path to it, and where to report what is wrong there."""

    __slots__ = ("_parent", "_step", "findings")

    def __init__(self, step: str, findings: Findings, parent: "Place | None" = None) -> None:
        self.findings = findings
        self._step = step
        self._parent = parent

    def key(self, key: str) -> "Place":
        """The place of a mapping's value."""
        step = key if _PLAIN_KEY.fullmatch(key) else f"[{quote(key)}]"
        return Place(step, self.findings, self)

    def item(self, index: int) -> "Place":
        """The place of a list's item."""
        return Place(f"[{index}]", self.findings, self)

    @property
    def path(self) -> str:
        """Field path from the root of the input."""
        before = self._parent.path if self._parent else ""
        return f"{before}.{self._step}" if before and self._step[:1] != "[" else before + self._step

    def problem(self, message: str, hint: str | None = None) -> None:
        """Report something wrong at this place."""
        self.findings.add(Problem("" if self.findings.full else self.path, message, hint))


def quote(value: str) -> str:
    """The user's text for a message: cut, in quotes, nothing in it that a terminal would obey."""
    cut = value if len(value) <= _QUOTED else value[:_QUOTED] + "…"
    shown = "".join(
        f"\\{char}" if char in '"\\' else char if char.isprintable() else ascii(char)[1:-1]
        for char in cut
    )
    return f'"{shown}"'


def kind(value: object) -> str:
    """What a value is, in words for a message: `text`, `a number`, `a list`, ..."""
    for types, word in _KINDS:
        if isinstance(value, types):
            return word
    return f"a value of type {type(value).__name__}"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "a mapping"),
)
