# SPDX-License-Identifier: Apache-2.0
"""How all pools of the tree compare for a container, and which comparison decided (section 7.5).

The scores of a pool are those that count for it, in the order in which they do; what stands behind
`order` is told but never compared, since no two pools have the same number.
"""

import functools
from collections.abc import Iterator

from ...model import Qos
from .. import explain as common
from ..explain import Candidate, Explanation, Scores, Trial
from ..interface import CannotAllocate, Subject
from . import attraction, hints, memory, preferences, score, select
from . import state as states
from .request import Request
from .score import Score
from .select import Selector
from .state import Left, State
from .tree import Pool


def explained(
    selector: Selector, state: State, subject: Subject, request: Request, trial: Trial[State]
) -> Explanation:
    """Explain what came out of a trial in a state where the container has nothing."""
    rule = _rule(selector, subject, request)
    try:
        weights = attraction.weights(subject, state, selector.options)
    except CannotAllocate:
        return trial.explained(rule, ())
    hinted = hints.counting(subject.container.hints)
    comparison = _Comparison(
        selector, state, subject, request, selector.scores(state, request, weights, hinted)
    )
    grant = trial.state.grants.get(subject.container.cache_id)
    chosen = None if grant is None or trial.refusal else selector.pools[grant.pool]
    return trial.explained(rule, tuple(comparison.candidates(chosen)))


class _Comparison:
    """The pools beside each other."""

    def __init__(
        self,
        selector: Selector,
        state: State,
        subject: Subject,
        request: Request,
        scores: list[Score],
    ) -> None:
        self._selector, self._state, self._subject = selector, state, subject
        self._request = request
        self._left = states.left(selector.pools, state)
        self._scores = scores
        self._fitting = {pool.id for pool in selector.fitting(state, request)}
        self._shown = [self._show(pool) for pool in selector.pools]

    def candidates(self, chosen: Pool | None) -> Iterator[Candidate]:
        """Give all pools, those below first."""
        whys = self._whys(chosen)
        for pool in self._selector.pools:
            left = self._left
            yield Candidate(
                pool.name,
                left.sharable[pool.id] | left.isolated[pool.id],
                self._shown[pool.id],
                chosen=pool is chosen,
                why=whys[pool.id],
            )

    def _whys(self, chosen: Pool | None) -> dict[int, str]:
        pools, request = self._selector.pools, self._request
        if request.at_root:
            whys = dict.fromkeys(range(len(pools)), "containers of the system go to the root")
            whys[pools[-1].id] = select.SYSTEM if chosen else self._failure(pools[-1])
            return whys
        whys = {pool.id: self._short_of_memory(pool) for pool in pools}
        rest = [one for one in self._scores if one.id in self._fitting]
        while rest:
            best = score.best(rest, request)
            if chosen is not None and best.id == chosen.id:
                break
            rest.remove(best)
            whys[best.id] = self._failure(pools[best.id])
        if chosen is not None:
            rest.remove(self._scores[chosen.id])
            whys |= {one.id: self._worse(pools[one.id], chosen) for one in rest}
            whys[chosen.id] = self._better(chosen, rest)
        return whys

    def _worse(self, pool: Pool, winner: Pool) -> str:
        difference = common.lost(self._shown[winner.id], self._shown[pool.id])
        return f"{winner.name} is better by {difference}"

    def _better(self, chosen: Pool, rest: list[Score]) -> str:
        if not rest:
            return "the only pool that fits"
        second = score.best(rest, self._request)
        difference = common.lost(self._shown[second.id], self._shown[chosen.id])
        return f"better than {self._selector.pools[second.id].name} by {difference}"

    def _failure(self, pool: Pool) -> str:
        """Say why it could not be taken although nothing that is compared is better."""
        try:
            self._selector.attempt(self._state, self._subject, self._request, pool, "")
        except CannotAllocate as error:
            return f"could not be taken: {error}"
        return "could not be taken"

    def _short_of_memory(self, pool: Pool) -> str:
        wanted, safe = memory.size(self._request.amount), self._safe(pool)
        return f"has not the memory: {wanted} wanted, {self._free(pool, safe)}"

    def _safe(self, pool: Pool) -> memory.Amounts:
        """Give what may be granted from a pool; containers of pools below can make room."""
        return memory.minus(self._left.free[pool.id], self._left.extra[pool.id])

    def _unused(self, pool: Pool) -> memory.Amounts:
        """Give what nobody has, here, below and above."""
        below = self._selector.pools[: pool.id]
        granted = (self._state.books[one.id].memory for one in below if pool.id in one.ancestors)
        return functools.reduce(memory.minus, granted, self._safe(pool))

    def _free(self, pool: Pool, amounts: memory.Amounts) -> str:
        found = [
            f"{memory.size(max(0, free))} of {memory.show(kind)} free"
            for kind, free in zip(memory.ORDER, amounts, strict=True)
            if kind & self._request.kinds and pool.nodes(kind)
        ]
        return ", ".join(found) or "none of its kinds is there"

    def _show(self, pool: Pool) -> Scores:
        compared = [("memory", "fits" if pool.id in self._fitting else "does not fit")]
        compared += _compared(self._request, self._scores[pool.id])
        compared.append(("order", str(pool.id)))
        known = {what for what, _ in compared}
        told = _told(self._scores[pool.id], pool, self._left)
        told.append(("memory free", self._free(pool, self._unused(pool))))
        return (*compared, *(pair for pair in told if pair[0] not in known))


def _compared(request: Request, one: Score) -> Iterator[tuple[str, str]]:
    """Give what `score.compare` looks at, in its order, up to the number of the pool."""
    enough = {
        (True, True): "yes",
        (True, False): "no shared CPU left",
        (False, True): "no isolated CPUs left",
        (False, False): "none left",
    }
    yield "enough CPU", enough[one.isolated >= 0, one.shared > 0]
    yield "affinity", _number(one.attraction)
    if request.stated:
        yield "kinds of memory", "all" if one.has_kinds else "not all"
    if one.hints:
        yield "near to all devices", _number(one.hinted)
        yield "near to some devices", _number(one.hinted_at_all)
    yield "depth", str(one.depth)
    if one.hints and one.hinted_at_all:
        return
    if request.isolate:
        yield "isolated CPUs left", str(max(0, one.isolated))
        if one.isolated > 0:
            return
    if request.full and one.shared > 0:
        yield "CPU left", f"{one.shared}m"
        return
    yield "containers", str(one.colocated)
    yield "CPU left", f"{one.shared}m"


def _told(one: Score, pool: Pool, left: Left) -> list[tuple[str, str]]:
    """Give what is worth knowing of each pool."""
    return [
        ("containers", str(one.colocated)),
        ("CPU left", f"{one.shared}m"),
        ("isolated CPUs left", str(one.isolated)),
        ("CPU free", f"{left.shared[pool.id]}m"),
        *((f"near to device {at}", _number(value)) for at, value in enumerate(one.hints)),
    ]


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _rule(selector: Selector, subject: Subject, request: Request) -> str:
    """Say what the container asks for, and what says so."""
    wishes = preferences.of(subject.pod, subject.container.name, selector.options)
    namespace = subject.container.namespace or subject.pod.namespace
    if request.reserved:
        by = "by annotation" if wishes.reserved else f"for namespace {namespace}"
        return f"reserved CPUs {by}: {request.part}m at the root"
    parts = []
    if request.full:
        cpus = "CPU" if request.full == 1 else "CPUs"
        kind = f"isolated {cpus} if possible," if request.isolate else cpus
        parts.append(f"{request.full} {kind} for itself")
    if request.part or not request.full:
        parts.append(f"{request.part}m of shared CPUs")
    qos = subject.pod.qos
    class_ = qos.value if qos is not Qos.UNKNOWN else "unknown"
    text = f"QoS class {class_}: {' and '.join(parts)}"
    said = [
        name
        for name, wish in (("isolated", wishes.isolated), ("shared", wishes.shared))
        if wish.explicit
    ]
    if said:
        text += f", as annotations on {' and '.join(said)} CPUs have it"
    if request.at_root:
        text += f", at the root for namespace {namespace}"
    if request.stated:
        text += f"; memory {memory.show(request.kinds)} by annotation"
    return text
