# SPDX-License-Identifier: Apache-2.0
"""Variables in commands, as Kubernetes documents them."""

import pytest

from ctl.simulation import expansion


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("--pool=$(POOL)", "--pool=fast"),
        ("$(POOL)$(POOL)", "fastfast"),
        ("$(OTHER)", "$(OTHER)"),
        ("$$(POOL)", "$(POOL)"),
        ("$$$(POOL)", "$fast"),
        ("$POOL costs 5$", "$POOL costs 5$"),
        ("$(POOL", "$(POOL"),
    ],
)
def test_known_names_are_filled_in(text: str, filled: str) -> None:
    """What is not known stays, and two dollars are one."""
    assert expansion.expand(text, {"POOL": "fast"}) == filled
