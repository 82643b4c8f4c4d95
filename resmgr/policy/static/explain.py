# SPDX-License-Identifier: Apache-2.0
"""By which rule a container gets which CPUs (policies, section 4)."""

from ..explain import Explanation, Trial, ruled
from ..interface import Subject
from . import wants
from .state import State
from .supply import Supply

_DEFAULT, _ISOLATED, _ORDINARY, _BOTH = "default", "isolated", "ordinary", "ordinary and isolated"

_RULES = {
    "shares": _DEFAULT,
    "isolated CPUs": _ISOLATED,
    "ordinary CPUs": _ORDINARY,
    "all CPUs": _BOTH,
}
"""Rules in their order, each with the place that it is about."""


def explained(
    supply: Supply, state: State, subject: Subject, trial: Trial[State], *, relaxed: bool
) -> Explanation:
    """Explain what came out of a trial; with `relaxed` isolated CPUs are always preferred.

    The places are the default set, and those out of which exclusive CPUs are taken: isolated ones,
    ordinary ones, and where there are too few of these, both.
    """
    count = wants.exclusive(subject)
    shared, isolated = state.default(supply), state.isolated(supply)
    ordinary = shared & ~supply.reserved
    preferred = relaxed or wants.isolated(subject)[0]
    wanted = preferred or (count == 1 and bool(isolated))
    there, free = ordinary.bit_count(), isolated.bit_count()
    said = {_DEFAULT: "yes"}
    if count:
        said = {
            _ISOLATED: f"{free} free, {count} wanted" if wanted else "not preferred",
            _ORDINARY: f"{there} free, {count} wanted",
            _BOTH: f"{there + free} free, {count} wanted",
        }
    rules = [
        (rule, {place: said[place]} if place in said else {}) for rule, place in _RULES.items()
    ]
    if not count:
        winner = _DEFAULT
    elif wanted and free >= count:
        winner = _ISOLATED
    else:
        winner = _ORDINARY if there >= count else _BOTH
    places = {
        _DEFAULT: shared,
        _ISOLATED: isolated,
        _ORDINARY: ordinary,
        _BOTH: ordinary | isolated,
    }
    candidates = ruled(places, rules, winner, refusal=trial.refusal)
    return trial.explained(_rule(subject, count), candidates)


def _rule(subject: Subject, count: int) -> str:
    if count:
        return f"guaranteed pod, request of whole CPUs: {count} for itself"
    request = subject.container.requirements.cpu_request or 0
    qos = subject.pod.qos.value or "unknown"
    return f"QoS class {qos}, request of {request}m: shares the default CPUs"
