# SPDX-License-Identifier: Apache-2.0
"""The explanation of the policy none."""

from unit.resmgr.policy import explained
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees


def test_nothing_is_chosen() -> None:
    """There are no candidates, and no CPUs either."""
    explanation = explained.of(Node("none", trees.FLAT), Create("a", cpu="2"))

    assert explanation.rule == "policy none leaves every container with what it is created with"
    assert explanation.candidates == ()
    assert explanation.cpus == 0
