# SPDX-License-Identifier: Apache-2.0
"""Take CPUs and memory from a pool, for a new container or one that has some already.

Beyond the original (section 7.8): exclusive CPUs are not taken from under containers that share
them further down, as long as there are others.
"""

from dataclasses import dataclass, replace

from ... import cpuset
from ..adjacent import Adjacent
from ..allocator import Allocator, Priority, TooFew
from ..interface import CannotAllocate, Subject
from . import fit, memory, scarce
from . import state as states
from .grants import Grant
from .request import Request
from .state import State
from .tree import Pool


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes from the pools of one machine."""

    pools: tuple[Pool, ...]
    allocator: Allocator
    adjacent: Adjacent

    def new(self, state: State, pool: Pool, request: Request, subject: Subject) -> Grant:
        """Take what is asked for. Raises `CannotAllocate`."""
        if request.reserved:
            return self._reserved(state, pool, request, subject)
        exclusive = 0
        isolated = pool.isolated & ~state.exclusive
        if request.full and request.isolate and isolated.bit_count() >= request.full:
            exclusive = self.allocator.allocate(isolated, request.full, Priority.HIGH)
        elif request.full:
            exclusive = self._slice(state, pool, request.full, 0)
        return self._rest(state, pool, request, subject, exclusive)

    def again(
        self,
        state: State,
        held: Grant,
        request: Request,
        subject: Subject,
        pool: Pool,
        home: Pool,
    ) -> Grant:
        """Take from a pool, keeping what can be kept of the CPUs that were held.

        `pool` is that of the grant or one above it; memory is that of `home`. `state` is that
        without the container. Raises `CannotAllocate`.
        """
        if request.reserved:
            # Maybe there is room on the reserved CPUs now, if there was none before.
            return self._reserved(state, pool, request, subject)
        if held.reserved:
            raise CannotAllocate("other CPUs are wanted")
        extra = request.full - held.exclusive.bit_count()
        exclusive = held.exclusive
        if extra < 0:
            exclusive &= ~self.allocator.release(exclusive, -extra, Priority.HIGH)
        elif extra > 0:
            exclusive |= self._more(state, pool, held.exclusive, extra, request)
        return self._rest(state, pool, request, subject, exclusive, home=home.id)

    def _more(self, state: State, pool: Pool, held: int, count: int, request: Request) -> int:
        kept = replace(state, exclusive=state.exclusive | held)
        isolated = pool.isolated & ~kept.exclusive
        wanted = request.isolate if not held else bool(held & pool.isolated)
        if wanted and isolated.bit_count() >= count:
            return self.adjacent.more(held, count, isolated)
        return self._slice(kept, pool, count, held)

    def _reserved(self, state: State, pool: Pool, request: Request, subject: Subject) -> Grant:
        """Use reserved CPUs; if they are all promised, sharable ones."""
        part = 1000 * request.full + request.part
        left = states.left(self.pools, state)
        shared = replace(request, full=0, part=part)
        if part and left.reserved[pool.id] < part:
            return self._rest(state, pool, shared, subject, 0)
        return self._with_memory(
            state, pool, shared, Grant(subject, pool.id, part=part, reserved=True), pool.id
        )

    def _rest(
        self,
        state: State,
        pool: Pool,
        request: Request,
        subject: Subject,
        exclusive: int,
        *,
        home: int | None = None,
    ) -> Grant:
        """Take the shared part and memory beside exclusive CPUs."""
        taken = replace(state, exclusive=state.exclusive | exclusive)
        there = states.left(self.pools, taken).shared[pool.id]
        if request.part and there < request.part:
            raise CannotAllocate(
                f"not enough sharable CPU in {pool.name}: {request.part}m wanted,"
                f" {max(0, there)}m free"
            )
        grant = Grant(subject, pool.id, exclusive, request.part)
        return self._with_memory(state, pool, request, grant, home)

    def _with_memory(
        self, state: State, pool: Pool, request: Request, grant: Grant, home: int | None
    ) -> Grant:
        """Take memory from `home`, or from the pool of the CPUs."""
        place = pool if home is None else self.pools[home]
        left = states.left(self.pools, state)
        free = left.free[place.id]
        if home is not None and not fit.fits(request, free, left.extra[place.id]):
            raise CannotAllocate(f"not enough memory in {place.name}")
        amounts = memory.take(request.amount, free, request.filling)
        if amounts is None:
            raise CannotAllocate(
                f"not enough memory in {place.name}: {memory.size(request.amount)} of"
                f" {memory.show(request.filling)} wanted"
            )
        return replace(
            grant,
            memory_pool=place.id,
            kinds=request.kinds,
            amounts=amounts,
            cold=request.cold,
        )

    def _slice(self, state: State, pool: Pool, count: int, held: int) -> int:
        """Take exclusive CPUs out of the sharable ones, of which one at least has to stay."""
        left = states.left(self.pools, state)
        sharable = left.sharable[pool.id]
        if left.shared[pool.id] <= 1000 * count:
            raise CannotAllocate(scarce.text(self.pools, state, pool, count))
        chosen = self._choose(sharable, count, held)
        if self._robbed(state, pool, chosen):
            spared = sharable & ~self._needed(state, pool)
            if spared.bit_count() >= count:
                return self._choose(spared, count, held)
        return chosen

    def _choose(self, pool: int, count: int, held: int) -> int:
        try:
            if held:
                return self.adjacent.more(held, count, pool)
            return self.allocator.allocate(pool, count, Priority.HIGH)
        except TooFew as error:
            raise CannotAllocate(str(error)) from error

    def _robbed(self, state: State, pool: Pool, chosen: int) -> bool:
        """Whether some pool further down would have less than its containers were promised."""
        return any(
            (below.sharable & ~state.exclusive & ~chosen).bit_count() < need
            for below, need in self._needs(state, pool)
            if below.sharable & chosen
        )

    def _needed(self, state: State, pool: Pool) -> int:
        """Give CPUs that cover what was promised further down."""
        kept = 0
        for below, need in self._needs(state, pool):
            free = below.sharable & ~state.exclusive
            missing = min(need, free.bit_count()) - (kept & free).bit_count()
            if missing > 0:
                kept |= self.allocator.allocate(free & ~kept, missing, Priority.LOW)
        return kept

    def _needs(self, state: State, pool: Pool) -> list[tuple[Pool, int]]:
        """Give the pools below that have containers which share, and how many CPUs they need."""
        found = []
        for below in self.pools[: pool.id]:
            if not pool.below >> below.id & 1:
                continue
            books = [state.books[id_] for id_ in cpuset.ids(below.below)]
            if any(book.sharing for book in books):
                milli = sum(book.shared for book in books)
                found.append((below, max(1, -(-milli // 1000))))
        return found
