# SPDX-License-Identifier: Apache-2.0
"""How near a container wants to be to each other one (annotations, section 4.4)."""

from collections.abc import Iterable, Mapping

from ..interface import Subject
from . import expression
from .read import Affinity

_LARGEST = 2**31 - 1


def scores(
    affinities: Iterable[Affinity], others: Mapping[str, Subject], own: str
) -> dict[str, int]:
    """Give the weight of each other container that some affinity matches, by cache id.

    `own` is the cache id of the container that has the affinities.
    """
    found: dict[str, int] = {}
    for affinity in affinities:
        scope, match = expression.test(affinity.scope), expression.test(affinity.match)
        for cache_id, subject in others.items():
            if cache_id != own and scope(subject) and match(subject):
                total = found.get(cache_id, 0) + affinity.weight
                found[cache_id] = max(-_LARGEST - 1, min(_LARGEST, total))
    return found
