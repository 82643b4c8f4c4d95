# SPDX-License-Identifier: Apache-2.0
"""A list tells who has ended, and who is there no more."""

from unit.resmgr.engine import toy

from resmgr.engine import events, listed
from resmgr.engine.ledger import Ledger
from resmgr.model import Container, ContainerState
from resmgr.state.changes import Saved

RUNNING, EXITED = ContainerState.RUNNING, ContainerState.EXITED


def known(state: ContainerState = RUNNING, runtime_id: str = "c1") -> tuple[Ledger, Container]:
    """Make a ledger with one container."""
    ledger = Ledger(Saved(pods={toy.POD.id: toy.POD}))
    container = Container("uid-1:main", toy.POD.id, "main", id=runtime_id, state=state)
    return ledger, ledger.put(container)


def test_who_runs_as_known_is_no_news() -> None:
    """Nearly every list is so."""
    ledger, _ = known()

    assert listed.news(ledger, events.ContainersListed({"c1": RUNNING}, 5)) == ([], [])


def test_who_has_exited_has_ended() -> None:
    """Nobody stopped it."""
    ledger, container = known()

    assert listed.news(ledger, events.ContainersListed({"c1": EXITED}, 5)) == ([container], [])


def test_who_ran_and_is_missing_is_gone() -> None:
    """Removed behind our back."""
    ledger, container = known()

    assert listed.news(ledger, events.ContainersListed({}, 5)) == ([], [container])


def test_who_began_to_run_later_may_be_missing() -> None:
    """The list was asked for before."""
    ledger, container = known()
    ledger.running_since[container.cache_id] = 6

    assert listed.news(ledger, events.ContainersListed({}, 5)) == ([], [])


def test_who_is_being_created_may_be_missing() -> None:
    """It has no id yet, or does not run."""
    for state, runtime_id in ((ContainerState.CREATING, ""), (ContainerState.CREATED, "c1")):
        ledger, _ = known(state, runtime_id)

        assert listed.news(ledger, events.ContainersListed({}, 5)) == ([], [])
