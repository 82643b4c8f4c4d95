# SPDX-License-Identifier: Apache-2.0
"""Deliveries: what is wanted last arrives, whatever happens on its way, and is not sent in vain."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.core.delivery import LONGEST_PAUSE, LONGEST_SETTLING, SETTLE, Delivery


def fresh() -> Delivery[str]:
    """Nothing is wanted yet."""
    return Delivery()


def test_a_change_settles() -> None:
    """Each further one starts the time anew."""
    state = fresh().want("a", 0.0).want("b", 1.0)

    assert not state.ready(2.9)
    assert state.ready(3.0)
    assert state.begin().sending == "b"


def test_changes_that_never_end() -> None:
    """They hold it back for so long, and no longer."""
    state = fresh()
    for number in range(100):
        state = state.want(str(number), number * 0.5)

    assert state.due is not None
    assert state.due <= max(LONGEST_SETTLING, 49.5)


def test_what_was_answered_is_not_sent_again() -> None:
    """Whether it was taken or refused; nor when it is wanted again after a moment."""
    state = fresh().want("a", 0.0).begin().answered(3.0)
    back = state.want("b", 4.0).want("a", 5.0)

    assert state.due is None
    assert back.due is None
    assert back.wanted == "a"


def test_a_restart_of_the_daemon() -> None:
    """What it had it is told again, at once; what settles goes on settling."""
    state = fresh().want("a", 0.0).begin().answered(3.0)

    assert state.reconnected(10.0).ready(10.0)
    assert state.want("b", 9.0).reconnected(10.0).due == 9.0 + SETTLE
    assert fresh().reconnected(1.0).due is None


@given(st.floats(0, 1), st.integers(1, 40))
def test_pauses_grow_and_end(spread: float, tries: int) -> None:
    """They are bounded, however often it fails."""
    state, now = fresh().want("a", 0.0), SETTLE
    for _ in range(tries):
        state = state.begin().failed(now, spread)
        assert state.due is not None
        assert now < state.due <= now + 1.5 * LONGEST_PAUSE
        now = state.due


class Life(RuleBasedStateMachine):
    """Any order of changes, answers, failures and restarts."""

    def __init__(self) -> None:
        """The daemon has nothing."""
        super().__init__()
        self.state = fresh()
        self.now = 0.0
        self.wanted: str | None = None
        self.has: str | None = None
        self.lost = False
        """Whether the call on its way will fail, as the daemon has gone meanwhile."""

    @rule(thing=st.sampled_from("abc"), wait=st.floats(0, 5))
    def want(self, thing: str, wait: float) -> None:
        """Want something."""
        self.now += wait
        self.wanted = thing
        self.state = self.state.want(thing, self.now)

    @precondition(lambda self: self.state.due is not None and not self.state.busy)
    @rule()
    def send(self) -> None:
        """Wait until it is due, and send."""
        self.now = max(self.now, self.state.due or 0.0)
        assert self.state.ready(self.now)
        self.state = self.state.begin()
        self.lost = False

    @precondition(lambda self: self.state.busy)
    @rule(works=st.booleans(), spread=st.floats(0, 1))
    def answer(self, *, works: bool, spread: float) -> None:
        """The call ends."""
        if works and not self.lost:
            self.has = self.state.sending
            self.state = self.state.answered(self.now)
        else:
            self.state = self.state.failed(self.now, spread)

    @rule()
    def restart(self) -> None:
        """The daemon starts anew and has nothing."""
        self.has = None
        self.lost = True
        self.state = self.state.reconnected(self.now)

    @invariant()
    def nothing_is_lost(self) -> None:
        """What is wanted is there, on its way, or about to be sent."""
        assert self.state.wanted == self.wanted
        assert (
            self.wanted is None
            or self.has == self.wanted
            or self.state.busy
            or self.state.due is not None
        )

    def teardown(self) -> None:
        """From whatever state, it arrives as soon as calls work."""
        for _ in range(4):
            if self.state.busy:
                self.answer(works=True, spread=0.5)
            elif self.state.due is not None:
                self.send()
        if self.wanted is not None:
            assert self.has == self.wanted


TestLife = Life.TestCase
TestLife.settings = settings(deadline=None)
