# SPDX-License-Identifier: Apache-2.0
"""The store holds what a plain dictionary would hold."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.state import samples

from resmgr.state.changes import (
    Change,
    DropContainer,
    DropPod,
    PutAdjustments,
    PutConfig,
    PutContainer,
    PutEntries,
    PutHistory,
    PutPod,
    PutPolicy,
    Saved,
)
from resmgr.state.store import Store, read


class Plain:
    """The same state in dictionaries, written down without thought of files."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {"pods": {}, "containers": {}, "policy": {}}
        self.name = ""
        self.adjustments = self.history = ""
        self.config: dict[str, str] | None = None

    def take(self, change: Change) -> None:
        """Apply one change."""
        if isinstance(change, PutPod):
            self.tables["pods"][change.pod.id] = change.pod
        if isinstance(change, DropPod):
            self.tables["pods"].pop(change.id, None)
        if isinstance(change, PutContainer):
            self.tables["containers"][change.container.cache_id] = change.container
        if isinstance(change, DropContainer):
            self.tables["containers"].pop(change.cache_id, None)
        if isinstance(change, PutPolicy):
            self.name, self.tables["policy"] = change.name, {}
        if isinstance(change, PutPolicy | PutEntries):
            merged = {**self.tables["policy"], **change.entries}
            self.tables["policy"] = {key: one for key, one in merged.items() if one is not None}
        if isinstance(change, PutConfig):
            self.config = None if change.data is None else dict(change.data)
        if isinstance(change, PutAdjustments):
            self.adjustments = change.text
        if isinstance(change, PutHistory):
            self.history = change.text

    def saved(self) -> Saved:
        """Give the state."""
        tables = self.tables
        return Saved(
            tables["pods"],
            tables["containers"],
            self.name,
            tables["policy"],
            self.config,
            self.adjustments,
            self.history,
        )


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    st.lists(st.tuples(st.lists(samples.changes, max_size=4), st.booleans()), max_size=8)
)
def test_any_changes_reopened_at_any_point_are_as_in_dictionaries(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[list[Change], bool]]
) -> None:
    """After each batch, with or without a restart, the store has what the dictionaries have."""
    folder = tmp_path_factory.mktemp("any") / "state"
    plain = Plain()
    store = Store.open(folder, now=samples.clock)
    for batch, restart in batches:
        assert store.write(batch)
        for change in batch:
            plain.take(change)
        if restart:
            store.close()
            store = Store.open(folder, now=samples.clock)
        assert store.load() == plain.saved()
    store.close()

    assert read(folder) == plain.saved()
    assert store.counters.failures == 0
