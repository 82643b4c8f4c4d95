# SPDX-License-Identifier: Apache-2.0
"""Whom expressions catch: those of Adjustments, of pods' affinities, and one that is being tried.

The daemon's own code reads them and tests them. Which nodes an item of an Adjustment is for is only
told: containers of one node are tested on that node, those of manifests have none yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resmgr.adjustments import effective, read
from resmgr.adjustments.adjustment import Adjustment
from resmgr.policy.affinity import expression, keys
from resmgr.policy.affinity import read as affinities
from resmgr.policy.affinity.expression import Expression
from resmgr.policy.interface import Subject

_ANY: Expression = expression.ALWAYS


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that catches containers: all that one of `any_of` and `within` are true of."""

    name: str
    """Whose rule it is: an Adjustment, a container; empty for one that is being tried."""

    any_of: tuple[Expression, ...]
    within: Expression = _ANY
    detail: str = ""
    """What comes of being caught, or where it counts."""

    besides: str = ""
    """Cache id or title of a container that the rule is not about, since it is its own."""

    @property
    def shown(self) -> str:
        """The expressions as messages show them."""
        scope = [] if self.within is _ANY else [f"scope {self.within}"]
        return " or ".join(map(str, self.any_of)) + "".join(f" in {one}" for one in scope)


@dataclass(frozen=True, slots=True)
class Caught:
    """A rule and the containers that it catches."""

    rule: Rule
    subjects: tuple[Subject, ...]


class Wrong(Exception):
    """Rules that cannot be read; `problems` has a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def catch(rules: Iterable[Rule], subjects: Sequence[Subject]) -> list[Caught]:
    """Test all rules on all containers."""
    found = []
    for rule in rules:
        tests = [expression.test(one) for one in rule.any_of]
        inside = expression.test(rule.within)
        caught = (
            one
            for one in subjects
            if one.title != rule.besides and inside(one) and any(test(one) for test in tests)
        )
        found.append(Caught(rule, tuple(caught)))
    return found


def doubts(rules: Iterable[Rule]) -> list[str]:
    """Give a sentence for each key that stands for nothing on any container."""
    found: dict[str, None] = {}
    for rule in rules:
        for one in (*rule.any_of, rule.within):
            if one.operator != "AlwaysTrue":
                found |= dict.fromkeys(keys.unknown(one.key))
    return [f"key {key} stands for nothing; did you mean {keys.meant(key)}?" for key in found]


def tried(words: Sequence[str]) -> Rule:
    """Read `KEY OPERATOR [VALUE...]`. Raises `Wrong`."""
    key, operator, *values = [*words, ""][: max(2, len(words))]
    try:
        return Rule("", (expression.of(key, operator, tuple(values)),))
    except expression.BadExpression as error:
        raise Wrong([str(error)]) from error


def adjusted(specs: Mapping[str, Any]) -> tuple[list[Rule], list[Adjustment]]:
    """Read Adjustments, name -> spec: a rule for each item of a scope. Raises `Wrong`."""
    rules, found, problems = [], [], []
    for name, spec in sorted(specs.items()):
        try:
            one = read.one(name, spec)
        except ValueError as error:
            problems.append(f"Adjustment {name}: {error}")
            continue
        found.append(one)
        items = spec.get("scope") or [{}]
        for item, tests in zip(items, one.scope or ((),), strict=True):
            rules.append(Rule(name, tests or (_ANY,), detail=f"nodes {_nodes(item)}"))
    if problems:
        raise Wrong(problems)
    return rules, found


def _nodes(item: Any) -> str:
    """Give the names of nodes of an item, which nobody but the node agent reads."""
    given = item.get("nodes") if isinstance(item, dict) else None
    return (", ".join(map(str, given)) if isinstance(given, list) else "") or "all"


def refusals(wanted: Sequence[Adjustment], subjects: Sequence[Subject]) -> dict[str, str]:
    """Give what a node with these containers would refuse, by container."""
    titles = {one.container.id or one.container.cache_id: one.title for one in subjects}
    found = effective.of(wanted, subjects).errors
    return {titles.get(key, key): text for key, text in found.items()}


def drawn(subjects: Iterable[Subject]) -> Iterator[Rule]:
    """Give the affinities that pods are annotated with. Raises `Wrong`."""
    problems: dict[str, None] = {}
    for one in subjects:
        try:
            for found in affinities.of(one.pod, one.container.name):
                kind = "away" if found.weight < 0 else "near"
                detail = f"{kind}, {found.weight:+d}"
                yield Rule(one.title, (found.match,), found.scope, detail, one.title)
        except affinities.BadAffinity as error:
            problems[f"pod {one.pod.namespace}/{one.pod.name}: {error}"] = None
    if problems:
        raise Wrong(list(problems))
