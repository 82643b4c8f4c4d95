# SPDX-License-Identifier: Apache-2.0
"""The check of what containers really have."""

import json
from pathlib import Path

import pytest
from node import pages as stand_in
from unit.ctl import pages
from unit.ctl.checks import nodes
from unit.resmgr.collect import trees

from ctl.checks import placements
from ctl.checks.finding import Verdict


@pytest.mark.parametrize(("real", "verdict"), [("2-3", Verdict.OK), ("0-1", Verdict.WRONG)])
def test_decided_and_real_cpus_are_compared(tmp_path: Path, real: str, verdict: Verdict) -> None:
    """Somebody else who sets a cpuset is found."""
    nodes.cpuset(tmp_path, trees.SYSTEMD, real)
    node = nodes.node(tmp_path)
    with stand_in.served(Path(node.socket), {"/introspect": json.dumps(pages.INTROSPECTED)}):
        found = placements.placements(node)

    assert found.verdict is verdict
    if verdict is Verdict.WRONG:
        assert found.detail == "web:main has CPUs 0-1, decided were 2-3"


def test_a_daemon_that_is_away(tmp_path: Path) -> None:
    """Nothing can be compared."""
    assert placements.placements(nodes.node(tmp_path)).verdict is Verdict.UNKNOWN


def test_without_cgroups_nothing_is_called_fine(tmp_path: Path) -> None:
    """Containers whose cgroups are elsewhere were not compared."""
    node = nodes.node(tmp_path)
    with stand_in.served(Path(node.socket), {"/introspect": json.dumps(pages.INTROSPECTED)}):
        found = placements.placements(node)

    assert found.verdict is Verdict.UNKNOWN
    assert found.detail == "none of 1 containers that were given CPUs has a cgroup here"
