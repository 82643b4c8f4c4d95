# SPDX-License-Identifier: Apache-2.0
"""Whether a node may change now, in a cluster and without one."""

import io
from pathlib import Path

import pytest
from node import api_server

from installer import admission, log, names, outlook, publish, selection, turns
from installer.api import nodes


class Scene:
    """The turns of node `n`, with a roll-out file; `log` is what was said."""

    def __init__(self, folder: Path, *, cluster: bool) -> None:
        self.server = api_server.ApiServer("n", "other")
        self.file = folder / "rollout.json"
        self.file.write_text("{}")
        self.log = io.StringIO()
        lines = log.Log(self.log, now=lambda: 0)
        api = nodes.Nodes("n", self.server.send) if cluster else None
        chosen = selection.Selection()
        self.outlook = outlook.Outlook(
            api,
            chosen,
            self.file,
            publish.Publisher(api, lines),
            monotonic=lambda: 0,
            log=lines,
        )
        others = admission.Admission(api, chosen, monotonic=lambda: 0) if api else None
        self.turns = turns.Turns(self.outlook, others, lines)

    def hold(self, rollout: str = "{}") -> str:
        """Ask, with this in the roll-out's file."""
        self.file.write_text(rollout)
        self.outlook.refresh()
        return self.turns.hold(first=True, revision="r")


@pytest.mark.parametrize("cluster", [True, False])
def test_a_pause_holds(tmp_path: Path, cluster: bool) -> None:  # noqa: FBT001 - a parameter
    """With a cluster and without one."""
    assert "paused" in Scene(tmp_path, cluster=cluster).hold('{"paused": true}')


@pytest.mark.parametrize("cluster", [True, False])
def test_a_roll_out_that_cannot_be_read_holds(tmp_path: Path, cluster: bool) -> None:  # noqa: FBT001 - a parameter
    """It may say that nobody is to change; what is wrong with it is what is waited for."""
    assert "cannot read" in Scene(tmp_path, cluster=cluster).hold("{")


def test_a_person_without_a_cluster_is_not_held(tmp_path: Path) -> None:
    """There is nobody to ask, and nobody to tell."""
    scene = Scene(tmp_path, cluster=False)

    assert scene.hold() == ""
    scene.turns.leave()
    assert scene.server.requests == []


def test_the_others_are_told_and_told_again(tmp_path: Path) -> None:
    """When it changes, and when it leaves its turn to them."""
    scene = Scene(tmp_path, cluster=True)

    assert scene.hold() == ""
    assert names.CHANGING_LABEL in scene.server.labels("n")
    scene.turns.leave()
    assert names.CHANGING_LABEL not in scene.server.labels("n")


def test_an_api_server_that_is_away_holds(tmp_path: Path) -> None:
    """Nobody knows whether others change; it is said once, and leaving fails nobody."""
    scene = Scene(tmp_path, cluster=True)
    scene.hold()
    scene.server.away = True

    held = [scene.hold(), scene.hold()]
    scene.turns.leave()

    assert held == ["waits for the API server, to see whether other nodes come first"] * 2
    assert scene.log.getvalue().count("cannot reach the API server") == 1
