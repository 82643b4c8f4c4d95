# SPDX-License-Identifier: Apache-2.0
"""Changes on their way to the store."""

import logging
from pathlib import Path

import pytest

from resmgr.daemon.serving.keeper import Keeper
from resmgr.model import Pod
from resmgr.state.changes import PutPod
from resmgr.state.store import Store

POD = PutPod(Pod("p1", "u1", "web", "default"))


def test_what_is_written_is_there_at_the_next_start(tmp_path: Path) -> None:
    """At once."""
    with Store.open(tmp_path, now=lambda: 0.0) as store:
        Keeper(store).write([POD])
    with Store.open(tmp_path, now=lambda: 0.0) as store:
        assert list(store.load().pods) == ["p1"]


def test_a_disk_that_fails_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And nothing raises: the daemon goes on from memory."""
    caplog.set_level(logging.INFO)
    store = Store.open(tmp_path, now=lambda: 0.0)
    keeper = Keeper(store)
    store.close()
    for _ in range(3):
        keeper.write([POD])
    keeper.flush()

    assert len(caplog.messages) == 1
    assert "what changes is kept in memory" in caplog.messages[0]
