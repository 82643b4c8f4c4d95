# SPDX-License-Identifier: Apache-2.0
"""Where the node stands, kept in step: in memory, on the disk, for probes, and in the cluster."""

import dataclasses
from collections.abc import Callable

from . import log as logs
from . import outlook as outlooks
from . import publish, status
from .steps import interface


class Record:
    """Takes each new standing; `told_at` is when the cluster was last told."""

    def __init__(
        self,
        node: interface.Node,
        *,
        outlook: outlooks.Outlook,
        publisher: publish.Publisher,
        lines: logs.Log,
        show: Callable[[status.Status], None],
    ) -> None:
        """Take up what the last pod left."""
        self.standing = dataclasses.replace(status.read(node.layout.status), ready=False, pool="")
        self.told_at = float("-inf")
        self._node = node
        self._outlook = outlook
        self._publisher = publisher
        self._lines = lines
        self._show = show
        outlook.begin(selected=self.standing.selected)
        publisher.begin(self.standing)

    def stand(self, standing: status.Status, **changes: object) -> None:
        """Take a new standing: keep it on the disk, show it, tell the cluster."""
        self.note(standing, **changes)
        self.told_at = self._node.clock.monotonic()
        self._publisher.tell(self.standing, self._node.clock.now())

    def note(self, standing: status.Status, **changes: object) -> None:
        """Take a new standing, keep it on the disk and show it, without a word to the cluster."""
        chosen = {"selected": self._outlook.selected, "pool": self._outlook.pool}
        became = dataclasses.replace(standing, **{**chosen, **changes})  # type: ignore[arg-type]
        if became.state != self.standing.state:
            became = dataclasses.replace(became, since=self._node.clock.now())
            self._lines.info(f"state {became.state or 'none'}: {became.reason}")
        if became != self.standing:
            self.standing = became
            self._keep()
        self._show(self.standing)

    def _keep(self) -> None:
        """Write the standing; a node without anything of ours keeps no file of it either."""
        files, layout = self._node.files, self._node.layout
        gone = self.standing.state == status.ABSENT
        if gone and (self.standing.ready or not self.standing.restarts):
            files.remove(layout.status)
            return
        failed = status.write(files, layout.status, self.standing)
        self._lines.once("status", failed, level="error")
