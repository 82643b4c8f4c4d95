# SPDX-License-Identifier: Apache-2.0
"""When is which key due: a heap whose entries can be moved and dropped.

Pure; times are seconds of any one clock.
"""

import heapq


class Schedule:
    """Keys with due times."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def __contains__(self, key: str) -> bool:
        return key in self._due

    def __len__(self) -> int:
        return len(self._due)

    def plan(self, key: str, at: float) -> None:
        """Make a key due at a time, whatever was planned before."""
        if self._due.get(key) != at:
            self._due[key] = at
            heapq.heappush(self._heap, (at, key))

    def hasten(self, key: str, at: float) -> None:
        """Make a key due at a time, or earlier if it is planned so already."""
        if self._due.get(key, float("inf")) > at:
            self.plan(key, at)

    def cancel(self, key: str) -> None:
        """Forget a key."""
        self._due.pop(key, None)

    def take(self, now: float, limit: int) -> list[str]:
        """Give at most `limit` keys that are due, the longest due first, and forget them."""
        taken: list[str] = []
        while len(taken) < limit and (at := self.next()) is not None and at <= now:
            key = heapq.heappop(self._heap)[1]
            del self._due[key]
            taken.append(key)
        return taken

    def next(self) -> float | None:
        """Give the time at which the next key is due, `None` if there is no key."""
        while self._heap:
            at, key = self._heap[0]
            if self._due.get(key) == at:
                return at
            heapq.heappop(self._heap)  # It was moved or dropped since.
        return None
