# SPDX-License-Identifier: Apache-2.0
"""An adjustment changes what a container asks for, and nothing else."""

from resmgr.adjustments.adjustment import Adjustment
from resmgr.model import Container, Requirements

CONTAINER = Container("u:c", "p", "c", requirements=Requirements(500, 1000, 100, 200))


def test_what_is_given_replaces() -> None:
    """And what is not given stays."""
    wanted = Adjustment("a", resources=Requirements(cpu_request=750, memory_limit=300))

    assert wanted.of(CONTAINER).requirements == Requirements(750, 1000, 100, 300)


def test_without_resources_a_container_stays() -> None:
    """Such an adjustment is for something else."""
    assert Adjustment("a", top_tier_limit=5).of(CONTAINER) is CONTAINER
