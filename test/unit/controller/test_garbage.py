# SPDX-License-Identifier: Apache-2.0
"""The collector's settings."""

import gc
from collections.abc import Iterator

import pytest

from controller import garbage


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_decoding_starts_no_run() -> None:
    """A thousand containers that are made and dropped do not start the collector."""
    garbage.settle()
    runs = gc.get_stats()[0]["collections"]

    made = [[number] for number in range(1000)]

    assert len(made) == 1000
    assert gc.get_stats()[0]["collections"] == runs


def test_what_was_imported_is_not_looked_at() -> None:
    """What is there when the process settles is taken out of the collector's sight."""
    before = len(gc.get_objects())

    garbage.settle()

    assert gc.get_freeze_count() > before / 2
