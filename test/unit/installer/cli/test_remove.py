# SPDX-License-Identifier: Apache-2.0
"""`remove` on a bare node; real nodes have tests of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_nothing_to_remove(call: Callable[..., Any], root: Path) -> None:
    """A bare node is as it should be, and no bundle is needed."""
    said = call("remove", "--root", str(root))

    assert (said.status, said.out) == (0, "removed\n")
    assert not (root / "var/lib/cri-resmgr").exists()
