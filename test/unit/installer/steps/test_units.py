# SPDX-License-Identifier: Apache-2.0
"""Our units, one step alone."""

from pathlib import Path

import pytest
from node import installation

from installer import names, problem
from installer.steps import units


class Full(installation.World):
    """A node where systemd cannot start some unit, as without a free inotify instance."""

    missing = names.DISABLED_UNIT

    def start(self, unit: str) -> None:
        """Start a unit, or say that it failed."""
        if unit == self.missing:
            self.memory.failed.add(unit)
            raise problem.Problem(f"cannot start {unit}: it failed")
        super().start(unit)


@pytest.fixture
def full(tmp_path: Path) -> Full:
    """Such a node, with nothing of ours."""
    made = Full(tmp_path)
    made.lay()
    return made


def test_a_switch_that_nobody_watches_is_no_obstacle(full: Full) -> None:
    """The timer looks for it as well; the step is done, and the timer runs."""
    node = full.node(full.wanted("1"))
    units.Units().apply(node)

    assert units.Units().check(node)
    assert names.RESCUE_TIMER in full.memory.active


def test_a_timer_that_cannot_be_started_is_an_obstacle(full: Full) -> None:
    """Without it nobody would give the kubelet back."""
    full.missing = names.RESCUE_TIMER
    node = full.node(full.wanted("1"))

    with pytest.raises(problem.Problem, match="it failed"):
        units.Units().apply(node)
    assert not units.Units().check(node)


def test_a_switch_that_was_stopped_is_watched_again(tmp_path: Path) -> None:
    """Only one that failed may be missing."""
    world = installation.World(tmp_path)
    world.lay()
    node = world.node(world.wanted("1"))
    units.Units().apply(node)
    world.stop(names.DISABLED_UNIT)

    assert not units.Units().check(node)
