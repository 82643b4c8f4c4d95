# SPDX-License-Identifier: Apache-2.0
"""Which adjustment applies to which container (node agent, sections 4.2 and 4.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model import Qos
from ..policy.affinity import expression
from ..policy.interface import Subject
from .adjustment import Adjustment


@dataclass(frozen=True, slots=True)
class Effective:
    """Adjustments by cache id; errors by the runtime's id of the container (or its cache id)."""

    adjustments: Mapping[str, Adjustment]
    errors: Mapping[str, str]


def of(wanted: Sequence[Adjustment], subjects: Iterable[Subject]) -> Effective:
    """Give the one adjustment of each container that has one.

    Two for one container are an error, as is one with resources for a best-effort container.
    """
    tests = [(one, _matcher(one)) for one in wanted]
    found: dict[str, Adjustment] = {}
    errors: dict[str, str] = {}
    for subject in subjects if tests else ():
        container = subject.container
        applies = [one for one, test in tests if test(subject)]
        if not applies:
            continue
        if error := _error(applies, subject):
            errors[container.id or container.cache_id] = error
        else:
            found[container.cache_id] = applies[0]
    return Effective(found, errors)


def _matcher(adjustment: Adjustment) -> expression.Test:
    items = [[expression.test(one) for one in item] for item in adjustment.scope]
    if not items or not all(items):
        return lambda _: True
    tests = [test for item in items for test in item]
    return lambda subject: any(test(subject) for test in tests)


def _error(applies: Sequence[Adjustment], subject: Subject) -> str:
    if len(applies) > 1:
        names = ",".join(one.name for one in applies)
        return f"conflicting adjustments for {subject.title}: {names}"
    (one,) = applies
    if one.resources is not None and subject.pod.qos is Qos.BEST_EFFORT:
        return f"{one.name}: can't override resources for BestEffort {subject.title}"
    return ""
