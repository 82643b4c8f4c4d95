# SPDX-License-Identifier: Apache-2.0
"""The policies there are."""

import pytest

from resmgr.config.schemas import policy as schema
from resmgr.policy import registry


def test_policies_are_sorted_and_may_be_configured() -> None:
    """Each policy can be made active by a configuration, and lists are in order of names."""
    assert list(registry.POLICIES) == sorted(registry.POLICIES)
    assert set(registry.POLICIES) <= set(schema.NAMES)


def test_an_unknown_policy_is_an_error() -> None:
    """What is not in the list is not looked for on disk."""
    with pytest.raises(LookupError):
        registry.load("interface")
