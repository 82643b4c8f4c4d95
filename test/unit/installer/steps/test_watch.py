# SPDX-License-Identifier: Apache-2.0
"""The minute after a change."""

from pathlib import Path

import pytest
from node import installation

from installer import names, problem
from installer.steps import watch


class Moody(installation.World):
    """A node whose health, readiness and patience are told by the test."""

    bad: frozenset[int] = frozenset()
    unready_from = 10**9
    looks = 0
    stop_at = 10**9

    def healthy(self) -> bool:
        """Unwell at some looks."""
        self.looks += 1
        return self.looks not in self.bad

    def ready(self) -> bool | None:
        """Ready until some look."""
        return self.looks < self.unready_from

    def wait(self, seconds: float) -> bool:
        """Told to end at some look."""
        self.memory.time += seconds
        return self.looks < self.stop_at


@pytest.fixture
def world(tmp_path: Path) -> Moody:
    """A node on the relay."""
    made = Moody(tmp_path)
    made.lay()
    made.memory.loaded[names.RELAY_UNIT] = ""
    made.memory.relay = "1-0"
    made.memory.kubelet = ("kubelet", names.ENDPOINT_ARGUMENT)
    return made


def test_a_good_minute_passes(world: Moody) -> None:
    """It takes its minute, and is content."""
    begun = world.memory.time
    watch.Watch().apply(world.node(None))

    assert world.memory.time - begun >= watch.SECONDS


@pytest.mark.parametrize("bad", [{1}, {1, 2}, {3, 5, 7, 9}])
def test_a_flicker_is_forgiven(world: Moody, bad: set[int]) -> None:
    """One or two bad looks in a row fall into a restart."""
    world.bad = frozenset(bad)

    watch.Watch().apply(world.node(None))


def test_three_bad_looks_are_too_many(world: Moody) -> None:
    """A kubelet that stays unwell fails the step."""
    world.bad = frozenset(range(5, 99))

    with pytest.raises(problem.Problem, match="healthz"):
        watch.Watch().apply(world.node(None))


def test_a_node_that_is_not_ready_in_the_end_fails(world: Moody) -> None:
    """The API server's view counts after the time that it needs."""
    world.unready_from = 0

    with pytest.raises(problem.Problem, match="not Ready"):
        watch.Watch().apply(world.node(None))


def test_a_relay_that_had_to_be_started_again_fails(world: Moody) -> None:
    """Even if everything is well whenever somebody looks."""

    class Restarting(Moody):
        def wait(self, seconds: float) -> bool:
            """Freeze, and be started again by systemd, after half a minute."""
            self.memory.relay_restarts += self.memory.time > 1030
            return super().wait(seconds)

    world.__class__ = Restarting

    with pytest.raises(problem.Problem, match="started again"):
        watch.Watch().apply(world.node(None))


def test_restarts_of_before_do_not_count(world: Moody) -> None:
    """Such as those since somebody started the unit: systemd adds them up."""
    world.memory.relay_restarts = 7

    watch.Watch().apply(world.node(None))


@pytest.mark.parametrize("trouble", ["relay", "argument"])
def test_relay_and_argument_are_watched_too(world: Moody, trouble: str) -> None:
    """A relay that goes, and a kubelet that somebody restarted without our argument, fail it."""
    if trouble == "relay":
        world.memory.relay = ""
    else:
        world.memory.kubelet = ("kubelet",)

    with pytest.raises(problem.Problem, match=trouble):
        watch.Watch().apply(world.node(None))


def test_who_is_told_to_end_ends(world: Moody) -> None:
    """The journal stays open for the next installer."""
    world.stop_at = 3

    with pytest.raises(problem.Stopped):
        watch.Watch().apply(world.node(None))
