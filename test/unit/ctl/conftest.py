# SPDX-License-Identifier: Apache-2.0
"""A terminal of the usual width, whatever the tests are run in."""

import pytest


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Helps and tables are broken into lines of 80 characters."""
    monkeypatch.setenv("COLUMNS", "80")
