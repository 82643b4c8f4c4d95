# SPDX-License-Identifier: Apache-2.0
"""Reading what policies remembered."""

import json

import pytest

from resmgr.policy import remembered
from resmgr.policy.interface import BadState


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("{", "Expecting property name"),
        ("{}", "there is no 'pool'"),
        ("[]", "list indices must be integers"),
        ('{"pool": 1}', "expected text, got '1'"),
        ('{"pool": "a", "part": "1"}', "expected a number, got '1'"),
        ('{"pool": "a", "part": true}', "expected a number, got 'True'"),
        ('{"pool": "a", "part": -1}', "expected a number, got '-1'"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_what_is_wrong_is_told(written: str, why: str) -> None:
    """With what was read; a policy then starts from nothing, whatever is in its state."""
    with pytest.raises(BadState, match=f"cannot read the grant: .*{why}"):
        _read(written)


def test_what_is_right_is_read() -> None:
    """Texts and numbers are given as they are."""
    found = _read(json.dumps({"pool": "a", "part": 0}))

    assert found == ("a", 0)


def _read(written: str) -> tuple[str, int]:
    with remembered.reading("the grant"):
        data = json.loads(written)
        return remembered.text(data["pool"]), remembered.number(data["part"])
