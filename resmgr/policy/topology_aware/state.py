# SPDX-License-Identifier: Apache-2.0
"""Who has what, and what is left: grants, and sums of them by pool.

The sums follow from the grants and are kept only so that a step costs the same however many
containers there are. What is free is worked out, so that it cannot contradict what is granted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from . import memory
from .grants import Grant
from .memory import Amounts
from .tree import Pool


@dataclass(frozen=True, slots=True)
class Book:
    """What was granted from one pool itself, not from those below it: milli-CPU, bytes, heads."""

    shared: int = 0
    reserved: int = 0
    normal: int = 0
    """How many containers that are not on reserved CPUs have their CPUs from here."""

    sharing: int = 0
    """How many of them use sharable CPUs."""

    avx512: int = 0
    """How many containers that use AVX-512 have their CPUs from here."""

    memory: Amounts = memory.NOTHING


@dataclass(frozen=True, slots=True)
class State:
    """Grants by cache id, all exclusive CPUs, and books in the order of the pools."""

    books: tuple[Book, ...]
    grants: Mapping[str, Grant] = field(default_factory=dict)
    exclusive: int = 0
    known: "list[tuple[tuple[Pool, ...], Left]]" = field(
        default_factory=list, init=False, compare=False, repr=False
    )
    """What is left, once it has been worked out: many look at one state."""

    def giving(self, cache_id: str, grant: Grant) -> "State":
        """Give a container something, in place of what it has."""
        former = self.grants.get(cache_id)
        books, exclusive = self.books, self.exclusive
        if former is not None:
            books, exclusive = _booked(books, former, -1), exclusive & ~former.exclusive
        return State(
            _booked(books, grant, 1),
            {**self.grants, cache_id: grant},
            exclusive | grant.exclusive,
        )

    def taking(self, cache_id: str) -> "State":
        """Take from a container what it has."""
        former = self.grants.get(cache_id)
        if former is None:
            return self
        grants = dict(self.grants)
        del grants[cache_id]
        return State(_booked(self.books, former, -1), grants, self.exclusive & ~former.exclusive)


def _booked(books: tuple[Book, ...], grant: Grant, sign: int) -> tuple[Book, ...]:
    """Add a grant to the books, or take it off them."""
    result = list(books)
    own = books[grant.pool]
    result[grant.pool] = replace(
        own,
        shared=own.shared + (0 if grant.reserved else sign * grant.part),
        reserved=own.reserved + (sign * grant.part if grant.reserved else 0),
        normal=own.normal + (0 if grant.reserved else sign),
        sharing=own.sharing + (sign if grant.shares else 0),
        avx512=own.avx512 + (sign if grant.avx512 else 0),
    )
    place = result[grant.memory_pool]
    add = memory.plus if sign > 0 else memory.minus
    result[grant.memory_pool] = replace(place, memory=add(place.memory, grant.amounts))
    return tuple(result)


def empty(pools: tuple[Pool, ...]) -> State:
    """Give the state in which nobody has anything."""
    return State((Book(),) * len(pools))


@dataclass(frozen=True, slots=True)
class Left:
    """What is left in each pool, in the order of the pools."""

    isolated: tuple[int, ...]
    sharable: tuple[int, ...]
    shared: tuple[int, ...]
    """Milli-CPU of sharable CPUs that can still be granted, here and in all pools above."""

    reserved: tuple[int, ...]
    """Likewise of reserved CPUs; -1 where there are none."""

    free: tuple[Amounts, ...]
    """Memory that was not granted from here."""

    extra: tuple[Amounts, ...]
    """Memory granted from pools above: all of it may come from here."""


def left(pools: tuple[Pool, ...], state: State) -> Left:
    """Work out what is left."""
    for of, found in state.known:
        if of is pools:
            return found
    state.known.append((pools, found := _left(pools, state)))
    return found


def _left(pools: tuple[Pool, ...], state: State) -> Left:
    sharable = [pool.sharable & ~state.exclusive for pool in pools]
    shared = [book.shared for book in state.books]
    reserved = [book.reserved for book in state.books]
    extra = [memory.NOTHING] * len(pools)
    for pool in pools:
        if pool.ancestors:
            # Children come before their parents.
            shared[pool.ancestors[0]] += shared[pool.id]
            reserved[pool.ancestors[0]] += reserved[pool.id]
    for pool in reversed(pools):
        shared[pool.id] = 1000 * sharable[pool.id].bit_count() - shared[pool.id]
        reserved[pool.id] = 1000 * pool.reserved.bit_count() - reserved[pool.id]
        if pool.ancestors:
            above = pool.ancestors[0]
            shared[pool.id] = min(shared[pool.id], shared[above])
            reserved[pool.id] = min(reserved[pool.id], reserved[above])
            extra[pool.id] = memory.plus(extra[above], state.books[above].memory)
    return Left(
        isolated=tuple(pool.isolated & ~state.exclusive for pool in pools),
        sharable=tuple(sharable),
        shared=tuple(shared),
        reserved=tuple(
            value if pool.reserved else -1 for pool, value in zip(pools, reserved, strict=True)
        ),
        free=tuple(
            memory.minus(pool.capacity, book.memory)
            for pool, book in zip(pools, state.books, strict=True)
        ),
        extra=tuple(extra),
    )
