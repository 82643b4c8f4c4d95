# SPDX-License-Identifier: Apache-2.0
"""Which of two pools is better for a request, and by which rule (section 7.5).

Requests for reserved CPUs are not compared: they go to the root.
"""

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass

from ...model import Hint
from . import hints as topology
from .request import Request
from .state import Left, State
from .tree import Pool


@dataclass(frozen=True, slots=True)
class Score:
    """How well one pool would do. CPU in milli-CPU as it would be left; `isolated` in CPUs."""

    id: int
    depth: int
    isolated: int
    shared: int
    colocated: int
    attraction: float
    has_kinds: bool
    """It has all kinds of memory that the pod names."""

    hints: tuple[float, ...] = ()

    @property
    def hinted(self) -> float:
        """All hints together."""
        return math.prod(self.hints)

    @property
    def hinted_at_all(self) -> float:
        """Those hints together that the pool is near to."""
        near = [one for one in self.hints if one]
        return math.prod(near) if near else 0.0


def of(
    pool: Pool,
    request: Request,
    state: State,
    left: Left,
    *,
    attraction: float = 0.0,
    hints: tuple[Hint, ...] = (),
) -> Score:
    """Score a pool."""
    part = request.part if request.full or request.part else 1
    shared, isolated = left.shared[pool.id], 0
    if request.isolate:
        isolated = left.isolated[pool.id].bit_count() - request.full
    if not request.isolate or isolated < 0:
        shared -= 1000 * request.full
    has_kinds = not request.stated or all(
        pool.nodes(kind) for kind in (1, 2, 4) if kind & request.kinds
    )
    return Score(
        id=pool.id,
        depth=pool.depth,
        isolated=isolated,
        shared=shared - part,
        colocated=state.books[pool.id].normal,
        attraction=attraction,
        has_kinds=has_kinds,
        hints=topology.scores(pool, hints) if hints else (),
    )


def best(scores: Iterable[Score], request: Request) -> Score:
    """Give the best of some scores."""
    key = functools.cmp_to_key(functools.partial(_order, request))
    return min(scores, key=key)


def _order(request: Request, one: Score, other: Score) -> int:
    return compare(request, one, other)[0]


def compare(request: Request, one: Score, other: Score) -> tuple[int, str]:
    """Give -1 if the first is better, else 1, and the rule that decides."""
    for rule in (_capacity, _wishes, _place):
        sign, name = rule(request, one, other)
        if sign:
            return sign, name
    return _sign(one.id - other.id), "comes first"


def _capacity(_: Request, one: Score, other: Score) -> tuple[int, str]:
    """One has CPU enough and the other has not."""
    if other.isolated < 0 <= one.isolated or other.shared <= 0 < one.shared:
        return -1, "has enough CPU"
    if one.isolated < 0 <= other.isolated or one.shared <= 0 < other.shared:
        return 1, "has enough CPU"
    return 0, ""


def _wishes(_: Request, one: Score, other: Score) -> tuple[int, str]:
    """What the pod and its devices want."""
    if one.attraction != other.attraction:
        return _sign(other.attraction - one.attraction), "stronger affinity"
    if one.has_kinds != other.has_kinds:
        return _sign(other.has_kinds - one.has_kinds), "has the kinds of memory"
    return _near(one, other) if one.hints else (0, "")


def _near(one: Score, other: Score) -> tuple[int, str]:
    """Which is nearer to all devices, or else to those that either is near to at all."""
    if one.hinted != other.hinted:
        return _sign(other.hinted - one.hinted), "nearer to devices"
    if not one.hinted and one.hinted_at_all != other.hinted_at_all:
        return _sign(other.hinted_at_all - one.hinted_at_all), "nearer to some devices"
    if one.hinted_at_all:
        return _deeper(one, other), "near to devices and smaller"
    return 0, ""


def _place(request: Request, one: Score, other: Score) -> tuple[int, str]:
    """What is smaller, then what has more left."""
    if one.depth != other.depth:
        return _sign(other.depth - one.depth), "smaller"
    if request.isolate and (one.isolated > 0 or other.isolated > 0):
        return _sign((other.isolated - one.isolated) or (one.id - other.id)), "more isolated CPUs"
    if request.full and (one.shared > 0 or other.shared > 0):
        return _sign((other.shared - one.shared) or (one.id - other.id)), "more free CPU"
    if one.colocated != other.colocated:
        return _sign(one.colocated - other.colocated), "fewer containers"
    return _sign(other.shared - one.shared), "more free CPU"


def _deeper(one: Score, other: Score) -> int:
    return _sign((other.depth - one.depth) or (one.id - other.id))


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
