# SPDX-License-Identifier: Apache-2.0
"""What the cluster wants of this node."""

import io
from pathlib import Path

from node import api_server

from installer import log, names, outlook, publish, rollout, selection
from installer.api import nodes


class Pod:
    """An outlook over a stand-in; `time` is its clock."""

    def __init__(self, file: Path | None = None, *, cluster: bool = True) -> None:
        self.server = api_server.ApiServer("n")
        self.time = 0.0
        api = nodes.Nodes("n", self.server.send) if cluster else None
        lines = log.Log(io.StringIO(), now=lambda: 0)
        self.outlook = outlook.Outlook(
            api,
            selection.Selection(pools=("workers",)),
            file,
            publish.Publisher(api, lines),
            monotonic=lambda: self.time,
            log=lines,
        )

    def label(self, pool: str) -> None:
        """Move the node to another pool."""
        self.server.nodes["n"]["metadata"]["labels"][names.POOL_LABEL] = pool


def test_labels_decide() -> None:
    """The node is asked for once a minute."""
    pod = Pod()
    pod.label("workers")
    pod.outlook.refresh()

    assert (pod.outlook.selected, pod.outlook.pool) == (True, "workers")
    pod.label("other")
    pod.time = outlook.PERIOD - 1
    pod.outlook.refresh()
    assert pod.outlook.selected
    pod.time = outlook.PERIOD
    pod.outlook.refresh()
    assert pod.outlook.selected is False


def test_an_api_server_that_is_away_changes_nothing() -> None:
    """The last answer counts, also that of a pod before."""
    pod = Pod()
    pod.outlook.begin(selected=True)
    pod.server.away = True
    pod.outlook.refresh()

    assert pod.outlook.selected is True


def test_labels_that_were_never_read_are_asked_for_sooner() -> None:
    """Until then nobody knows whether the node is selected."""
    pod = Pod()
    pod.server.away = True
    pod.outlook.refresh()

    assert pod.outlook.selected is None
    pod.server.away = False
    pod.time = outlook.SOON
    pod.outlook.refresh()
    assert pod.outlook.selected is False


def test_without_a_cluster_the_node_is_selected() -> None:
    """A person runs it: that is a selection."""
    pod = Pod(cluster=False)
    pod.outlook.begin(selected=None)
    pod.outlook.refresh()

    assert pod.outlook.selected is True


def test_the_rollout_is_read_at_each_turn(tmp_path: Path) -> None:
    """A file that is not understood stops what is not begun; the last good one is kept."""
    file = tmp_path / "rollout.json"
    pod = Pod(file)
    pod.outlook.refresh()

    assert pod.outlook.problem.startswith(f"cannot read {file}")
    file.write_text('{"paused": true}')
    pod.outlook.refresh()
    assert pod.outlook.rollout == rollout.Rollout(paused=True)
    assert pod.outlook.problem == ""
    file.write_text("{")
    pod.outlook.refresh()
    assert pod.outlook.problem.startswith("cannot read the roll-out")
    assert pod.outlook.rollout.paused


def test_a_file_that_comes_back_is_no_problem_any_more(tmp_path: Path) -> None:
    """Also when it says what it said before."""
    file = tmp_path / "rollout.json"
    file.write_text("{}")
    pod = Pod(file)
    pod.outlook.refresh()
    file.rename(tmp_path / "gone")
    pod.outlook.refresh()

    assert pod.outlook.problem
    (tmp_path / "gone").rename(file)
    pod.outlook.refresh()
    assert pod.outlook.problem == ""
