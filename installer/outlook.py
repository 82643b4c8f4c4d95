# SPDX-License-Identifier: Apache-2.0
"""What the cluster wants of this node: whether it is selected, and how the roll-out stands.

The API server is asked once a minute and may be away: then the last answer counts. The file of the
roll-out is read at each turn; one that cannot be read stops what is not begun.
"""

from collections.abc import Callable
from pathlib import Path

from . import log as logs
from . import names, problem, publish
from . import rollout as rollouts
from . import selection as selections
from .api import messages, nodes

PERIOD = 60.0
"""Seconds between two looks at the Node."""

SOON = 10.0
"""Seconds until the next try where the labels have never been read."""


class Outlook:
    """What was last heard."""

    def __init__(
        self,
        api: nodes.Nodes | None,
        selection: selections.Selection,
        rollout: Path | None,
        publisher: publish.Publisher,
        *,
        monotonic: Callable[[], float],
        log: logs.Log,
    ) -> None:
        """Take the API (`None`: run by a person, the node is selected) and the file, if any."""
        self._api = api
        self._selection = selection
        self._file = rollout
        self._publisher = publisher
        self._monotonic = monotonic
        self._log = log
        self._next = float("-inf")
        self._text: str | None = None
        self.selected: bool | None = True if api is None else None
        self.pool = ""
        self.rollout = rollouts.Rollout()
        self.problem = ""
        """Why the roll-out is not known, empty if it is."""

    def begin(self, *, selected: bool | None) -> None:
        """Take what was known before this process began."""
        if self._api is not None:
            self.selected = selected

    def refresh(self) -> None:
        """Look again at what is due. Never raises for a cluster that is away."""
        self._read_file()
        if self._api is None or self._monotonic() < self._next:
            return
        try:
            own = self._api.own()
        except messages.ApiProblem as error:
            self._log.once("node", str(error), level="error")
            self._next = self._monotonic() + (SOON if self.selected is None else PERIOD)
            return
        self._log.once("node", "")
        self._next = self._monotonic() + PERIOD
        self.pool = own.labels.get(names.POOL_LABEL, "")
        self.selected = self._selection.holds(own.labels)
        self._publisher.see(own)

    def _read_file(self) -> None:
        if self._file is None:
            return
        try:
            text = self._file.read_text(encoding="utf-8")
            if text != self._text:
                self.rollout = rollouts.read(text)
                self._text = text
            self.problem = ""
        except (OSError, UnicodeDecodeError) as error:
            self.problem = f"cannot read {self._file}: {error}"
        except problem.Problem as error:
            self.problem = error.message
        self._log.once("rollout", self.problem, level="error")
