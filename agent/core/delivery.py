# SPDX-License-Identifier: Apache-2.0
"""When something is sent to the daemon, and when it is sent again: one delivery for each kind.

What is wanted last counts. It is sent when it has settled, again and with growing pauses while the
daemon cannot be reached, and once more when the daemon was restarted. What the daemon refused is
not sent again until something else is wanted or the daemon is another one. All times in seconds.
"""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")

SETTLE = 2.0
"""How long a change waits for the next one (node agent contract, 2.3)."""

LONGEST_SETTLING = 10.0
"""How long it waits at most: changes that never end must not hold it back for ever."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Between two tries."""


@dataclass(frozen=True, slots=True)
class Delivery(Generic[T]):
    """Where one thing stands; every method gives what it is afterwards."""

    wanted: T | None = None
    """What the daemon is to have; None: nothing is wanted yet."""

    sending: T | None = None
    """What is on its way."""

    delivered: T | None = None
    """What the daemon answered last, whether it took it or not."""

    due: float | None = None
    """When to send; None: not now."""

    since: float | None = None
    """When the change was seen that waits first."""

    pause: float = FIRST_PAUSE
    again: bool = False
    """The daemon came back while something was on its way."""

    def want(self, thing: T, now: float) -> "Delivery[T]":
        """Want something; it is sent when it has settled."""
        if thing == self.wanted:
            return self
        if thing == self.delivered and self.sending is None and not self.again:
            return replace(self, wanted=thing, due=None, since=None)
        since = now if self.since is None else self.since
        due = min(now + SETTLE, since + LONGEST_SETTLING)
        return replace(self, wanted=thing, since=since, due=max(due, now), pause=FIRST_PAUSE)

    def begin(self) -> "Delivery[T]":
        """Send what is wanted."""
        return replace(self, sending=self.wanted, due=None, since=None, again=False)

    def answered(self, now: float) -> "Delivery[T]":
        """The daemon took or refused what was sent; what the answer was too late for is due."""
        assert self.sending is not None  # noqa: S101 - the caller has begun
        done = replace(self, sending=None, again=False, pause=FIRST_PAUSE)
        if self.again:
            return replace(done, due=now if self.due is None else self.due)
        if self.wanted == self.sending:
            return replace(done, delivered=self.sending, due=None, since=None)
        return replace(done, delivered=self.sending)

    def failed(self, now: float, spread: float) -> "Delivery[T]":
        """The daemon could not be asked; `spread` is from 0 to 1."""
        due = now + self.pause * (0.5 + spread)
        if self.due is not None:
            due = min(due, self.due)
        pause = min(2 * self.pause, LONGEST_PAUSE)
        return replace(self, sending=None, delivered=None, due=due, pause=pause)

    def reconnected(self, now: float) -> "Delivery[T]":
        """There is a new connection: the daemon may be another one, which has to be told again."""
        if self.wanted is None:
            return replace(self, delivered=None)
        if self.sending is not None:
            return replace(self, delivered=None, again=True)
        # What has not settled goes on settling.
        due = now if self.since is None or self.due is None else self.due
        return replace(self, delivered=None, due=due, pause=FIRST_PAUSE)

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return self.sending is not None

    def ready(self, now: float) -> bool:
        """Whether to send now."""
        return self.due is not None and now >= self.due and not self.busy
