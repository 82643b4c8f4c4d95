# SPDX-License-Identifier: Apache-2.0
"""The rescue under each shell that a node may have as /bin/sh."""

from pathlib import Path

import pytest
from node import rescues


@pytest.fixture(params=rescues.SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    """Give the name of a shell."""
    name: str = request.param
    return name


@pytest.fixture
def node(tmp_path: Path, shell: str) -> rescues.Node:
    """Give a node whose kubelet is on the relay."""
    return rescues.make(tmp_path, shell)
