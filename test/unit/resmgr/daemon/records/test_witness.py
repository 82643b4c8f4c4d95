# SPDX-License-Identifier: Apache-2.0
"""What is remembered of decisions and troubles."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.cri.session import Trouble
from resmgr.daemon.records import series
from resmgr.daemon.records.decisions import Decisions
from resmgr.daemon.records.metrics import Counter
from resmgr.daemon.records.witness import Failures, Witness
from resmgr.model import Container
from resmgr.policy.interface import Reason


class World:
    """A witness with all that it tells."""

    def __init__(self) -> None:
        """Nothing has happened; it is seven seconds after the epoch."""
        self.inner = tiny.Listener()
        self.kept = Decisions(lambda: 7.0)
        self.counted: Counter = series.decisions()
        self.witness = Witness(
            self.inner,
            self.kept,
            self.counted,
            policy=lambda: "static",
            title=lambda one: "default/web:main" if one == "u:main" else one,
            named=lambda one: f"{one.namespace}/web-of-{one.pod_id}:{one.name}",
            now=lambda: 7.0,
        )


@pytest.fixture
def world() -> World:
    """See there."""
    return World()


def test_decisions_are_passed_on_kept_and_counted(world: World) -> None:
    """With the name and the level that they have."""
    reasons = [
        Reason("u:main", "has CPUs"),
        Reason("u:main", "odd", warning=True),
        Reason("u:main", "overbooked", warning=True, error=True),
    ]
    world.witness.decided(reasons)
    kept = [(one.title, one.text, one.level) for one in world.kept.since(0)]

    assert world.inner.reasons == reasons
    assert kept == [
        ("default/web:main", "has CPUs", "info"),
        ("default/web:main", "odd", "warning"),
        ("default/web:main", "overbooked", "error"),
    ]
    assert world.counted.values == {("static", "decided"): 3}


def test_a_refusal_is_kept_with_a_name(world: World) -> None:
    """Although the container is not known."""
    world.witness.refused(Container("u:gone", "p1", "gone", namespace="ns"), "no CPU is left")
    kept = [(one.title, one.text, one.level) for one in world.kept.since(0)]

    assert world.inner.refusals == [("u:gone", "no CPU is left")]
    assert kept == [("ns/web-of-p1:gone", "refused: no CPU is left", "warning")]
    assert world.counted.values == {("static", "refused"): 1}


def test_who_is_refused_a_resize_is_not_turned_away(world: World) -> None:
    """It runs: when it has gone, nobody is told that it never came."""
    world.witness.refused(Container("u:main", "p1", "main", id="c1"), "no CPU is left")

    assert [one.text for one in world.kept.since(0)] == ["resize refused: no CPU is left"]
    assert list(world.kept.refusals()) == []
    assert world.kept.refused == {}


def test_what_could_not_be_carried_out_is_remembered(world: World) -> None:
    """How often, and the last time."""
    world.witness.trouble(Trouble.EFFECT, "", "first")
    world.witness.trouble(Trouble.EFFECT, "", "second")
    world.witness.trouble(Trouble.UNKNOWN, "", "other")

    assert world.witness.failures == Failures(2, 7.0, "second")
    assert len(world.inner.troubles) == 3


def test_a_policy_that_fails_is_counted(world: World) -> None:
    """As an outcome like others."""
    world.witness.trouble(Trouble.POLICY, "CreateContainer", "ZeroDivisionError")

    assert world.counted.values == {("static", "failed"): 1}
