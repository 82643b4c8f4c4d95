# SPDX-License-Identifier: Apache-2.0
"""What is seen of dynamic pools."""

from unit.resmgr.sysfs import trees

from resmgr.policy.dynamic_pools import shown, types
from resmgr.policy.dynamic_pools.state import Member, Pool, State

MACHINE = trees.EXAMPLE.machine()
OPTIONS = types.read({"DynamicPoolTypes": [{"Name": "a", "CPUClass": "fast"}]})
STATE = State((Pool(0b1), Pool(0b1110), Pool(0b11_0000))).joining("c", Member(2, 500, 700))


def test_a_metric_has_the_sizes() -> None:
    """Labels as in the original, but for names of containers, which have no bound."""
    samples = shown.metric(MACHINE, OPTIONS, STATE)

    assert samples.metric.name == "DynamicPools"
    assert samples.values[2] == (("a", "fast", "a", "4-5", "1", "1", "500", "700"), 2.0)
    assert len(samples.values) == 3


def test_the_page_has_pools_and_assignments() -> None:
    """Nobody has CPUs for itself."""
    page = shown.page(MACHINE, OPTIONS, STATE)

    assert page["Pools"]["shared"] == {"Name": "shared", "CPUs": "1-3", "Memory": "0"}
    assert page["Assignments"]["c"] == {
        "SharedCPUs": "4-5",
        "CPUShare": 512,
        "ExclusiveCPUs": "",
        "Memory": "1",
        "Pool": "a",
    }
