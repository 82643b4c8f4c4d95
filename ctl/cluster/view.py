# SPDX-License-Identifier: Apache-2.0
"""All nodes as they report, now and as it changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from .. import problem
from . import api, reports

WINDOW: Final = 10
"""Seconds after which ConfigMaps are looked at again, though no node reports a change."""


class Source(Protocol):
    """A cluster, as far as it is looked at."""

    def reports(self) -> tuple[list[dict[str, Any]], str]:
        """Give all reports, and up to where that is."""

    def changes(self, version: str, seconds: int, /) -> Iterable[tuple[str, dict[str, Any]]]:
        """Give changes since then. Raises `api.Expired`."""

    def config_maps(self, namespace: str, /) -> dict[str, str]:
        """Give resourceVersions by name."""

    def nodes(self, selector: str, /) -> set[str]:
        """Give names of Nodes."""


class View:
    """What is asked for: the nodes with some labels (all without), ConfigMaps of a namespace.

    `warn` is told once why it cannot be seen which nodes have not heard of a change yet.
    """

    def __init__(
        self, cluster: Source, namespace: str, selector: str, warn: Callable[[str], None]
    ) -> None:
        """Look at nothing yet."""
        self._cluster = cluster
        self._namespace = namespace
        self._selector = selector
        self._warn = warn
        self._blind = False
        self._versions: dict[str, str] | None = None
        """ConfigMaps as they were seen last; None where they cannot be seen."""

        self._nodes: set[str] | None = None

    def now(self) -> list[reports.Row]:
        """Give all nodes. Raises `problem.Problem`."""
        found = self._cluster.reports()[0]
        self._look()
        return reports.rows(found, self._versions, self._nodes)

    def following(self) -> Iterator[list[reports.Row]]:
        """Give all nodes, and again whenever something may have changed. Raises as `now`."""
        while True:
            found, version = self._cluster.reports()
            known = {_name(one): one for one in found}
            try:
                while True:
                    self._look()
                    yield reports.rows(known.values(), self._versions, self._nodes)
                    for kind, obj in self._cluster.changes(version, WINDOW):
                        version = obj["metadata"]["resourceVersion"]
                        if kind == "DELETED":
                            known.pop(_name(obj), None)
                        else:
                            known[_name(obj)] = obj
                            self._hear(obj)
                        yield reports.rows(known.values(), self._versions, self._nodes)
            except api.Expired:
                continue

    def _hear(self, report: Mapping[str, Any]) -> None:
        """Look again if a report speaks of a version of a ConfigMap that was not seen yet."""
        one = reports.row(report)
        if self._versions is not None and self._versions.get(one.config_map, "") != one.generation:
            self._look()

    def _look(self) -> None:
        """See which Nodes and ConfigMaps there are."""
        if self._selector:
            self._nodes = self._cluster.nodes(self._selector)
        if self._blind:
            return
        try:
            self._versions = self._cluster.config_maps(self._namespace)
        except problem.Problem as error:
            self._blind, self._versions = True, None
            self._warn(f"{error.message}; nodes that are behind are not told apart")


def _name(obj: Mapping[str, Any]) -> str:
    return str(obj["metadata"]["name"])
