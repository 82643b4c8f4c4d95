# SPDX-License-Identifier: Apache-2.0
"""Between the engine's changes and the store: tells once when nothing can be written, and when it
can again.
"""

import logging
from collections.abc import Sequence

from ...state.changes import Change, PutHistory
from ...state.store import Store
from ..configuring.history import History

_LOG = logging.getLogger("cache")


class Keeper:
    """Writes changes; whatever the disk does, the daemon goes on."""

    def __init__(self, store: Store) -> None:
        """Take the open store."""
        self._store = store
        self._told = ""

    def write(self, changes: Sequence[Change]) -> None:
        """Remember changes."""
        self._store.write(changes)
        self._tell()

    def history(self, kept: str) -> History:
        """Give the history of configurations that goes on from what was kept, and is kept too."""
        return History(kept, lambda text: self.write([PutHistory(text)]))

    def flush(self) -> None:
        """Try again to write what waits."""
        self._store.flush()
        self._tell()

    def _tell(self) -> None:
        degraded = self._store.degraded
        if degraded and not self._told:
            _LOG.warning("%s; what changes is kept in memory until it can be written", degraded)
        elif self._told and not degraded:
            _LOG.info("the state is written again")
        self._told = degraded
