# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next try: doubling, bounded, spread by chance.

The spread is wide, since all nodes of a cluster lose the same API server at the same moment.
"""

from collections.abc import Callable


class Pauses:
    """The pauses of one row of tries, in seconds; `chance` gives numbers from 0 to 1."""

    def __init__(self, chance: Callable[[], float], *, first: float, longest: float) -> None:
        """Begin with the shortest."""
        self._chance = chance
        self._first = first
        self._longest = longest
        self._next = first

    def after_failure(self) -> float:
        """Give the next pause."""
        pause = self._next * (0.5 + self._chance())
        self._next = min(2 * self._next, self._longest)
        return pause

    def after_success(self) -> None:
        """Begin again."""
        self._next = self._first
