# SPDX-License-Identifier: Apache-2.0
"""Expressions over a container and its pod: a key, an operator, values (annotations, section 5)."""

from collections.abc import Callable
from dataclasses import dataclass

from .. import globs
from ..interface import Subject
from . import keys

Test = Callable[[Subject], bool]


class BadExpression(ValueError):
    """An expression that cannot be judged."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Made by `of`, which judges it; `str` is how messages show it."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = " ".join(filter(None, (self.key, self.operator, ",".join(self.values))))
        return f"<{shown}>"


ALWAYS = Expression("", "AlwaysTrue")

_NEGATED = {
    "NotEqual": "Equals",
    "NotIn": "In",
    "NotExist": "Exists",
    "MatchesNot": "Matches",
    "MatchesNone": "MatchesAny",
}
_SINGLE = frozenset(("Equals", "NotEqual", "Matches", "MatchesNot"))
_WITHOUT = frozenset(("Exists", "NotExist"))
_ANY = frozenset(("In", "NotIn", "AlwaysTrue", "MatchesAny", "MatchesNone"))
OPERATORS = _SINGLE | _WITHOUT | _ANY
_LONGEST = 64
"""Characters that are compared of a text that is no operator."""


def of(key: str, operator: str, values: tuple[str, ...] = ()) -> Expression:
    """Make an expression. Raises `BadExpression`."""
    if operator not in OPERATORS:
        text = f'expression: invalid expression, unknown operator: "{operator}"'
        meant = _meant(operator)
        raise BadExpression(f"{text}, did you mean {meant}" if meant else text)
    if operator in _SINGLE and len(values) != 1:
        raise BadExpression(f"expression: invalid expression, '{operator}' requires a single value")
    if operator in _WITHOUT and values:
        raise BadExpression(
            f"expression: invalid expression, '{operator}' does not take any values"
        )
    return Expression(key, operator, values)


def _meant(operator: str) -> str | None:
    """Give the operator that was probably meant: the same but for case, or one that is near."""
    # Only who is wrong pays for it.
    import difflib  # noqa: PLC0415

    known = {one.casefold(): one for one in sorted(OPERATORS)}
    near = difflib.get_close_matches(operator[:_LONGEST].casefold(), known, n=1, cutoff=0.7)
    return known[near[0]] if near else None


def test(expression: Expression) -> Test:
    """Give what tells whether an expression is true of a container.

    `NotEqual` alone takes `*` for what it is: there it stands for itself.
    """
    if expression.operator == "AlwaysTrue":
        return lambda _: True
    value = keys.value_of(expression.key)
    operator = _NEGATED.get(expression.operator, expression.operator)
    star = expression.operator != "NotEqual" and "*" in expression.values
    given = frozenset(expression.values)

    def exists(subject: Subject) -> bool:
        return value(subject) is not None

    def among(subject: Subject) -> bool:
        found = value(subject)
        return found is not None and (star or found in given)

    def fits(subject: Subject) -> bool:
        found = value(subject)
        return found is not None and any(globs.matches(one, found) for one in expression.values)

    positive = {"Exists": exists, "Equals": among, "In": among}.get(operator, fits)
    if operator == expression.operator:
        return positive
    return lambda subject: not positive(subject)
