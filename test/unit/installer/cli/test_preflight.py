# SPDX-License-Identifier: Apache-2.0
"""`preflight` as a person and a script see it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_preflight_shows_every_check(call: Callable[..., Any], root: Path) -> None:
    """As a table, with the remedies; and as JSON."""
    table = call("preflight", "--root", str(root))
    found = json.loads(call("preflight", "--root", str(root), "-o", "json").out)

    assert table.status == 3
    assert table.out.startswith("CHECK")
    assert {"name", "verdict", "detail", "remedy"} == set(found[0])
    assert "fail" in {check["verdict"] for check in found}
    assert "ok" in {check["verdict"] for check in found}
