# SPDX-License-Identifier: Apache-2.0
"""Whether a policy may take over: only if nobody who runs loses what he asks for."""

from dataclasses import replace

import pytest
from unit.resmgr.engine import toy

from resmgr.engine import switching
from resmgr.engine.ledger import Ledger
from resmgr.policy.interface import BadConfiguration, Reason, Step
from resmgr.state.changes import Saved


@pytest.fixture
def ledger() -> Ledger:
    """Knows a container of a pod `default/web`."""
    made = Ledger(Saved())
    made.put_pod(toy.POD)
    made.put(replace(toy.make_container("main"), cache_id="uid-1:main"))
    return made


def unmet(*cache_ids: str) -> tuple[Reason, ...]:
    """Give reasons of containers that have not what they ask for."""
    return tuple(Reason(one, "2 CPUs wanted, 1 free", unmet=True) for one in cache_ids)


def test_who_has_what_he_asks_for_is_in_nobodys_way(ledger: Ledger) -> None:
    """Whatever else a policy has to say."""
    switching.judge(
        "p", [Reason("x", "has CPUs 1-2"), Reason("p", "odd", warning=True)], ledger, ()
    )


def test_who_has_not_refuses_the_policy(ledger: Ledger) -> None:
    """By the name of his pod, or by what else is known of him."""
    (known,) = ledger.containers
    with pytest.raises(BadConfiguration) as refused:
        switching.judge("small", unmet(known, "other"), ledger, ())

    assert str(refused.value).splitlines() == [
        "policy small: cannot hold the containers that run:",
        "default/web:main: 2 CPUs wanted, 1 free",
        "other: 2 CPUs wanted, 1 free",
    ]


def test_who_had_not_before_either_refuses_nobody(ledger: Ledger) -> None:
    """A better configuration must not be kept out by what a worse one left."""
    switching.judge("p", unmet("x", "y"), ledger, switching.unmet(unmet("y", "x")))


def test_of_many_some_are_named(ledger: Ledger) -> None:
    """And the others are counted."""
    with pytest.raises(BadConfiguration) as refused:
        switching.judge("p", unmet(*map(str, range(200))), ledger, ())

    assert len(str(refused.value).splitlines()) == switching.MOST + 2
    assert str(refused.value).endswith("and 190 more")


def test_what_was_remembered_in_vain_is_told() -> None:
    """First of all, as a warning that is about no container."""
    step = switching.anew(Step(1, reasons=(Reason("x", "has CPU 1"),)), ValueError("odd"))

    assert [one.container for one in step.reasons] == ["", "x"]
    assert step.reasons[0].warning
    assert step.reasons[0].text.endswith("placed anew: odd")
