# SPDX-License-Identifier: Apache-2.0
"""Where a node stands, on the disk and in the cluster."""

import io
from pathlib import Path

import pytest
from node import api_server, pod

from installer import files, log, outlook, paths, publish, record, selection, status
from installer.api import nodes
from installer.steps import interface


class Kept:
    """A record with all that it tells."""

    def __init__(self, root: Path) -> None:
        self.clock, self.edge = pod.Clock(), pod.Edge()
        self.layout = paths.Layout(root)
        self.server = api_server.ApiServer("n")
        self.shown: list[status.Status] = []
        self.log = io.StringIO()

    def open(self) -> record.Record:
        """As the next pod opens it."""
        lines = log.Log(self.log, now=self.clock.now)
        api = nodes.Nodes("n", self.server.send)
        publisher = publish.Publisher(api, lines)
        return record.Record(
            interface.Node(
                self.layout, files.Files(), pod.Systemd(), self.edge, self.edge, self.clock
            ),
            outlook=outlook.Outlook(
                api,
                selection.Selection(),
                None,
                publisher,
                monotonic=self.clock.monotonic,
                log=lines,
            ),
            publisher=publisher,
            lines=lines,
            show=self.shown.append,
        )


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A node of which nothing is known."""
    return Kept(tmp_path)


def test_the_next_pod_knows_it(kept: Kept) -> None:
    """All but whether the node is done, which each pod finds out for itself."""
    first = kept.open()
    first.stand(first.standing, state="active", version="1", restarts=2, ready=True)
    again = kept.open().standing

    assert (again.state, again.version, again.restarts) == ("active", "1", 2)
    assert not again.ready


def test_a_word_to_the_cluster_and_none(kept: Kept) -> None:
    """Both are kept and shown; only one is told."""
    ours = kept.open()
    ours.note(ours.standing, state="active")

    assert kept.server.requests == []
    ours.stand(ours.standing, reason="all is well")
    assert kept.server.labels("n") == {"cri-resource-manager.intel.com/state": "active"}
    assert [standing.reason for standing in kept.shown] == ["", "all is well"]


def test_since_when(kept: Kept) -> None:
    """The time belongs to the state, whatever else changes."""
    ours = kept.open()
    ours.note(ours.standing, state="active")
    since = ours.standing.since
    kept.clock.wait(100)
    ours.note(ours.standing, reason="still well")

    assert ours.standing.since == since == 1.7e9 + 1000
    ours.note(ours.standing, state="disabled")
    assert ours.standing.since == since + 100


def test_a_node_without_anything_of_ours_keeps_no_file(kept: Kept) -> None:
    """It goes with the last state."""
    ours = kept.open()
    ours.note(ours.standing, state="active")
    there = kept.layout.status.exists()
    ours.note(ours.standing, state="", ready=True)

    assert there
    assert not kept.layout.status.exists()


def test_a_disk_that_takes_nothing_is_told_once(kept: Kept) -> None:
    """The standing counts all the same."""
    kept.layout.installer.parent.mkdir(parents=True)
    kept.layout.installer.write_text("in the way")
    ours = kept.open()
    ours.note(ours.standing, state="active")
    ours.note(ours.standing, reason="well")

    assert ours.standing.reason == "well"
    assert kept.log.getvalue().count("error") == 1
