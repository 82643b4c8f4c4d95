# SPDX-License-Identifier: Apache-2.0
"""Documents that are shared by several tests."""

import pytest

SAMPLE = """
policy:
  Active: topology-aware
  ReservedResources: {cpu: 750m}
policy.topology-aware: {PinCPU: true}
logger:
  Debug: resource-manager,cache,resource-control
dump:
  Config: off:.*,full:((Create)|(Remove)|(Run)|(Update)|(Start)|(Stop)).*
"""


@pytest.fixture
def sample() -> str:
    """The fallback that the daemon's packages ship, with a dotted key."""
    return SAMPLE
