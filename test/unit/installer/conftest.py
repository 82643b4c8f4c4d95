# SPDX-License-Identifier: Apache-2.0
"""Model nodes for the installer's tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from node import installation

MEMORY = Path("/dev/shm")  # noqa: S108 - where syncing costs nothing, if there is such a place


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder for many nodes."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


@pytest.fixture
def world(ground: Path) -> installation.World:
    """A plain node of Gardener's shape, with an extra_args of somebody."""
    made = installation.World(ground / "first")
    made.lay()
    return made
