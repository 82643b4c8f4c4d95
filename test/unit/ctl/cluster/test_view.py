# SPDX-License-Identifier: Apache-2.0
"""All nodes as they report, on a cluster that is played."""

import itertools
from collections.abc import Iterator
from typing import Any

from unit.ctl.cluster import report

from ctl import problem
from ctl.cluster import api
from ctl.cluster.view import View

Change = tuple[str, dict[str, Any]]


class Cluster:
    """Two nodes; each list of changes is one watch."""

    def __init__(self, *watches: list[Change] | api.Expired) -> None:
        """Everything is applied so far."""
        self.versions: dict[str, str] | None = {report.NAME: "7"}
        self.lists = 0
        self._watches = iter(watches)

    def reports(self) -> tuple[list[dict[str, Any]], str]:
        """Give all reports."""
        self.lists += 1
        return [report.made("n1"), report.made("n2")], "100"

    def changes(self, version: str, seconds: int) -> Iterator[Change]:
        """Give the changes of one watch."""
        del version, seconds
        found = next(self._watches)
        if isinstance(found, api.Expired):
            raise found
        yield from found

    def config_maps(self, namespace: str) -> dict[str, str]:
        """Give resourceVersions."""
        if self.versions is None:
            raise problem.Problem(f"cannot list ConfigMaps of {namespace}: forbidden")
        return dict(self.versions)

    def nodes(self, selector: str) -> set[str]:
        """Give Nodes."""
        return {"n2"} if selector == "pool=big" else set()


def states(view: View, count: int) -> list[dict[str, str]]:
    """Give states by node, of so many looks."""
    looks = itertools.islice(view.following(), count)
    return [{one.node: one.state for one in rows} for rows in looks]


def seen(cluster: Cluster, selector: str = "") -> tuple[View, list[str]]:
    """Give a view, and what it warned of."""
    told: list[str] = []
    return View(cluster, "kube-system", selector, told.append), told


def test_nodes_are_chosen_by_labels() -> None:
    """Of the Node objects."""
    view, _ = seen(Cluster(), "pool=big")

    assert [one.node for one in view.now()] == ["n2"]


def test_config_maps_that_cannot_be_seen() -> None:
    """It is told once; what nodes report is shown all the same."""
    cluster = Cluster([], [])
    cluster.versions = None
    view, told = seen(cluster)

    assert states(view, 3) == [{"n1": "applied", "n2": "applied"}] * 3
    assert told == [
        "cannot list ConfigMaps of kube-system: forbidden; nodes that are behind are not told apart"
    ]


def test_changes_come_one_by_one() -> None:
    """A node with the new version shows that the others are behind."""
    cluster = Cluster([("MODIFIED", report.made("n2", "Refused", "8"))])
    view, _ = seen(cluster)
    following = view.following()
    first = next(following)
    cluster.versions = {report.NAME: "8"}
    second = next(following)

    assert [one.state for one in first] == ["applied", "applied"]
    assert [one.state for one in second] == ["behind", "refused"]


def test_a_change_that_no_node_has_heard_of() -> None:
    """It is seen when the watch is begun anew."""
    cluster = Cluster([])
    view, _ = seen(cluster)
    following = view.following()
    next(following)
    cluster.versions = {report.NAME: "8"}

    assert {one.state for one in next(following)} == {"behind"}


def test_a_node_that_goes() -> None:
    """Its row goes as well."""
    view, _ = seen(Cluster([("DELETED", report.made("n1"))]))

    assert states(view, 2)[1] == {"n2": "applied"}


def test_what_is_not_known_any_more_is_listed_anew() -> None:
    """As when the program was stopped for a while."""
    cluster = Cluster(api.Expired(), [])
    view, _ = seen(cluster)

    assert len(states(view, 3)) == 3
    assert cluster.lists == 2
