# SPDX-License-Identifier: Apache-2.0
"""From a request to a pool and what is taken from it (section 7.5).

Unlike the original, a pool that turns out to lack something is not the end: the next best is tried.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ... import cpuset
from ...model import Hint
from ..interface import CannotAllocate, Subject
from . import attraction, expand, fit, hints, memory, score
from . import state as states
from .grants import Grant
from .options import Options
from .request import Request
from .score import Score
from .state import State
from .take import Taker
from .tree import Pool

SYSTEM = "it is for system containers"
"""Why the root is the pool of those that have no choice."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A state in which a container has been placed, its grant, and decisions about it in words.

    `moved` are the containers whose memory had to make room, `doubts` what somebody should mend.
    """

    state: State
    grant: Grant
    texts: tuple[str, ...]
    moved: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selector:
    """Places containers."""

    pools: tuple[Pool, ...]
    taker: Taker
    options: Options

    def place(
        self, state: State, subject: Subject, request: Request, *, former: str = ""
    ) -> Placed:
        """Place a container that has nothing; in its `former` pool if it fits there.

        Raises `CannotAllocate` with what the largest of the pools lacks that have the memory.
        """
        if request.at_root:
            return self.attempt(state, subject, request, self.pools[-1], SYSTEM)
        refusals: dict[int, CannotAllocate] = {}
        for pool, why in self._candidates(state, subject, request, former):
            try:
                return self.attempt(state, subject, request, pool, why)
            except CannotAllocate as error:
                refusals.setdefault(pool.depth, error)
        if not refusals:
            raise CannotAllocate(self._nowhere(state, request))
        raise refusals[min(refusals)]

    def stay(self, state: State, held: Grant, subject: Subject, request: Request) -> Placed:
        """Give a container what it wants now, with the CPUs that it has among those that it gets.

        That is from its pool, else from the nearest pool above that has enough; likewise its
        memory. `state` is that without the container. Raises `CannotAllocate`.
        """
        # Nobody has to make room for what it has already.
        before = state.giving(subject.container.cache_id, held)
        refusals = []
        for id_ in (held.pool, *self.pools[held.pool].ancestors):
            homes = (id_, *self.pools[id_].ancestors)
            higher = homes.index(held.memory_pool) if held.memory_pool in homes else 0
            for home in homes[higher:]:
                pool = self.pools[id_]
                why = "stays there"
                if id_ != held.pool:
                    why = f"grows out of {self.pools[held.pool].name}, where there is not enough"
                try:
                    grant = self.taker.again(state, held, request, subject, pool, self.pools[home])
                    return self._settle(before, state, grant, request, why)
                except CannotAllocate as error:
                    refusals.append(error)
        raise refusals[0]

    def attempt(
        self, state: State, subject: Subject, request: Request, pool: Pool, why: str
    ) -> Placed:
        """Place a container that has nothing in this pool. Raises `CannotAllocate`."""
        grant = self.taker.new(state, pool, request, subject)
        return self._settle(state, state, grant, request, why)

    def _settle(
        self, before: State, state: State, grant: Grant, request: Request, why: str
    ) -> Placed:
        """Let others make room for its memory that were not short `before`."""
        own = grant.subject.container.cache_id
        after, moved = expand.upward(self.pools, before, state.giving(own, grant), own)
        text = f"is in pool {self.pools[grant.pool].name}: {why}"
        return Placed(after, after.grants[own], (text,), moved, self._doubts(grant, request))

    def _doubts(self, grant: Grant, request: Request) -> tuple[str, ...]:
        if grant.reserved or not request.reserved:
            return ()
        reserved = cpuset.show(self.pools[-1].reserved)
        text = f"not enough reserved CPUs ({reserved}) for {grant.part}m: it shares others"
        return (f"{text}; reserve more",)

    def _candidates(
        self, state: State, subject: Subject, request: Request, former: str
    ) -> Iterator[tuple[Pool, str]]:
        """Give the pools that have the memory, the best first, each with why."""
        fitting = self.fitting(state, request)
        for pool in fitting:
            if pool.name == former:
                yield pool, "it was there before"
        rest = self._scores(
            fitting,
            state,
            request,
            attraction.weights(subject, state, self.options),
            hints.counting(subject.container.hints),
        )
        while rest:
            best = score.best(rest, request)
            rest.remove(best)
            why = "the only pool that fits"
            if rest:
                second = score.best(rest, request)
                rule = score.compare(request, best, second)[1]
                name = self.pools[second.id].name
                why = f"better than {name} ({rule}), {len(rest) + 1} pools fit"
            yield self.pools[best.id], why

    def fitting(self, state: State, request: Request) -> list[Pool]:
        """Give the pools that have the memory."""
        left = states.left(self.pools, state)
        return [
            pool
            for pool in self.pools
            if fit.fits(request, left.free[pool.id], left.extra[pool.id])
        ]

    def scores(
        self,
        state: State,
        request: Request,
        weights: Mapping[int, int] | None = None,
        hinted: tuple[Hint, ...] = (),
    ) -> list[Score]:
        """Score all pools, whether they have the memory or not."""
        return self._scores(self.pools, state, request, weights or {}, hinted)

    def _scores(
        self,
        pools: "tuple[Pool, ...] | list[Pool]",
        state: State,
        request: Request,
        weights: Mapping[int, int],
        hinted: tuple[Hint, ...],
    ) -> list[Score]:
        left = states.left(self.pools, state)
        drawn = attraction.spread(self.pools, weights)
        return [
            score.of(pool, request, state, left, attraction=drawn[pool.id], hints=hinted)
            for pool in pools
        ]

    def _nowhere(self, state: State, request: Request) -> str:
        free = self.pools[-1].capacity
        for book in state.books:
            free = memory.minus(free, book.memory)
        kinds = [
            f"{memory.size(max(0, here))} of {memory.show(kind)}"
            for kind, here in zip(memory.ORDER, free, strict=True)
            if kind & request.filling and self.pools[-1].nodes(kind)
        ]
        return (
            f"no suitable pool found: {memory.size(request.amount)} of"
            f" {memory.show(request.filling)} wanted, the whole machine has"
            f" {' and '.join(kinds) or 'no such memory'} free"
        )


def shown(grant: Grant, cpus: int, nodes: int) -> str:
    """Say what a grant comes to."""
    parts = []
    if grant.exclusive:
        parts.append(f"has CPUs {cpuset.show(grant.exclusive)} for itself")
    shared = cpus & ~grant.exclusive
    if shared:
        kind = "reserved CPUs" if grant.reserved else "CPUs"
        parts.append(f"shares {kind} {cpuset.show(shared)} ({grant.part}m)")
    text = ", ".join(parts)
    return f"{text}; pinning to memory {cpuset.show_ids(nodes)}" if nodes else text
