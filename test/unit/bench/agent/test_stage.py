# SPDX-License-Identifier: Apache-2.0
"""What a node's report says of a version of the ConfigMap."""

from typing import Any

import pytest

from bench.agent import stage


def made(generation: str, status: str) -> dict[str, Any]:
    """Give a NodeResourceManager."""
    conditions = [
        {"type": "DaemonConnected", "status": "True"},
        {"type": "ConfigurationApplied", "status": status},
    ]
    return {"status": {"configuration": {"generation": generation}, "conditions": conditions}}


@pytest.mark.parametrize(
    ("obj", "right"),
    [
        (None, False),
        ({}, False),
        ({"status": {"configuration": {"generation": "7"}}}, False),
        (made("6", "True"), False),
        (made("7", "False"), False),
        (made("7", "True"), True),
    ],
)
def test_a_report_of_this_version(obj: dict[str, Any] | None, *, right: bool) -> None:
    """That it is in force, and none of another version."""
    assert stage.reported(obj, "7") is right
