# SPDX-License-Identifier: Apache-2.0
"""Tells the cluster where the node stands: a label, annotations, and an Event when it changed.

Nothing on the node depends on it. What could not be told is told later, again and again; what
somebody else changed at the Node is put right when the Node is next read.
"""

from . import log as logs
from . import names, status
from .api import messages, nodes

REASONS = {
    status.ACTIVE: "ResourceManagerActive",
    status.ROLLED_BACK: "ResourceManagerRolledBack",
    status.UNSUPPORTED: "ResourceManagerUnsupported",
    status.DISABLED: "ResourceManagerDisabled",
    status.PAUSED: "ResourceManagerPaused",
    status.ABSENT: "ResourceManagerRemoved",
}
"""State -> the word of the Event that tells that a node came into it."""

WARNINGS = frozenset({status.ROLLED_BACK, status.UNSUPPORTED})
"""States that somebody should look at."""

REASON_LIMIT = 200
"""Characters of a reason that the seed keeps; more would be cut there in the middle of a word."""


PAUSE = 30.0
"""Seconds after which what could not be told is told again; each try may take some."""


class Publisher:
    """Remembers what the cluster was told."""

    def __init__(self, api: nodes.Nodes | None, log: logs.Log) -> None:
        """Take what talks to the API server, `None` where there is none."""
        self._api = api
        self._log = log
        self._told: tuple[dict[str, str | None], dict[str, str | None]] | None = None
        self._event: tuple[str, str] | None = None
        self._failed: tuple[float, status.Status] | None = None

    def begin(self, standing: status.Status) -> None:
        """Take what a former pod told: its Event is not repeated."""
        self._event = (standing.state, standing.version)

    def tell(self, standing: status.Status, now: float) -> None:
        """Tell the cluster, if that is news. Never raises."""
        if self._api is None:
            return
        if self._failed and self._failed[1] == standing and abs(now - self._failed[0]) < PAUSE:
            return
        self._failed = None
        wanted = _wanted(standing)
        try:
            if wanted != self._told:
                self._api.patch(*wanted)
                self._told = wanted
            self._tell_event(self._api, standing, now)
        except messages.ApiProblem as problem:
            self._failed = (now, standing)
            self._log.once("publish", str(problem), level="error")
        else:
            self._log.once("publish", "")

    def see(self, own: nodes.NodeView) -> None:
        """Look at the Node as it is; what differs is told again."""
        if self._told is None:
            return
        labels, annotations = self._told
        same = all(own.labels.get(key) == value for key, value in labels.items())
        if not same or any(own.annotations.get(k) != v for k, v in annotations.items()):
            self._told = None

    def _tell_event(self, api: nodes.Nodes, standing: status.Status, now: float) -> None:
        key = (standing.state, standing.version)
        if self._event == key:
            return
        if self._event is None and not standing.state:
            self._event = key  # A node that never had anything has no news.
            return
        message = standing.reason or "nothing of the resource manager is on the node"
        if standing.hint:
            message = f"{message}; {standing.hint}"
        event = nodes.Event(REASONS[standing.state], message, standing.state in WARNINGS)
        api.event(event, now)
        self._event = key


def _wanted(standing: status.Status) -> tuple[dict[str, str | None], dict[str, str | None]]:
    annotations = {
        names.REASON_ANNOTATION: standing.reason[:REASON_LIMIT] if standing.state else "",
        names.VERSION_ANNOTATION: standing.version,
        names.REVISION_ANNOTATION: standing.revision,
        names.POLICY_ANNOTATION: standing.policy,
    }
    labels = {names.STATE_LABEL: standing.state}
    return _or_none(labels), _or_none(annotations)


def _or_none(values: dict[str, str]) -> dict[str, str | None]:
    return {key: value or None for key, value in values.items()}
