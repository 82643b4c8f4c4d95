# SPDX-License-Identifier: Apache-2.0
"""Which pools there are, with which CPUs."""

from collections.abc import Mapping
from typing import Any

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import supply
from resmgr.policy.allocator import Allocator
from resmgr.policy.interface import BadConfiguration, Constraints
from resmgr.policy.podpools import layout

Given = Mapping[str, Any]


def lay(*given: Given, tree: trees.Tree = trees.EXAMPLE, reserved: str = "0") -> layout.Layout:
    """Divide a machine of CPUs 0-15 in four NUMA nodes."""
    machine = tree.machine()
    allocator = Allocator.of(machine)
    limits = Constraints(reserved=cpuset.parse(reserved))
    cpus = supply.divide(machine, limits, allocator, "podpools")
    return layout.lay(machine, cpus, allocator, given)


def shown(found: layout.Layout) -> dict[str, tuple[str, str]]:
    """Write CPUs and nodes by the name of the pool."""
    return {
        pool.name: (cpuset.show(pool.cpus), cpuset.show_ids(pool.nodes)) for pool in found.pools
    }


def test_without_definitions_the_default_pool_has_what_is_not_reserved() -> None:
    """Memory is that of the CPUs' nodes."""
    assert shown(lay()) == {
        "reserved[0]": ("0", "0"),
        "default[0]": ("1-15", "0,1,2,3"),
    }


def test_instances_are_made_in_order_and_default_gets_the_rest() -> None:
    """A part of the free CPUs is reckoned before the first of them is taken."""
    dual = {"Name": "dual", "CPU": 2, "Instances": "50 %", "MaxPods": 2}
    big = {"Name": "big", "CPU": "4"}

    assert shown(lay(dual, big)) == {
        "reserved[0]": ("0", "0"),
        "default[0]": ("1,12-15", "0,3"),
        "dual[0]": ("2-3", "0"),
        "dual[1]": ("4-5", "1"),
        "dual[2]": ("6-7", "1"),
        "big[0]": ("8-11", "2"),
    }


def test_default_shares_the_reserved_cpus_if_nothing_is_left() -> None:
    """It always has CPUs."""
    assert shown(lay({"Name": "all", "CPU": 15}))["default[0]"] == ("0", "0")


def test_the_default_pool_may_have_cpus_of_its_own() -> None:
    """They are taken before those of others, and what is left comes to them."""
    default = {"Name": "default", "CPU": 4, "MaxPods": 3}
    found = lay({"Name": "big", "CPU": 8}, default)

    assert found.pools[1].max_pods == 3
    assert shown(found)["default[0]"] == ("1-7", "0,1")
    assert shown(found)["big[0]"] == ("8-15", "2,3")


def test_built_in_pools_may_be_limited_only() -> None:
    """Without CPU and Instances, or with those that they have; any case of keys will do."""
    found = lay({"name": "reserved", "cpu": 2, "maxpods": 5}, {"Name": "default"}, reserved="0-1")

    assert found.pools[0].max_pods == 5
    assert shown(found)["reserved[0]"] == ("0-1", "0")
    assert found.user_definitions == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Name": "a"}, "missing CPUs"),
        ({"Name": "", "CPU": 1}, "undefined or empty pool name"),
        ({"Name": "a", "CPU": 16}, "insufficient CPUs when trying to allocate 1"),
        ({"Name": "a", "CPU": 4, "Instances": 4}, "insufficient CPUs when trying to allocate 4"),
        ({"Name": "a", "CPU": 8, "Instances": "16 CPUs"}, "insufficient CPUs: 16 are wanted, 15"),
        ({"Name": "a", "CPU": 8, "Instances": "10 %"}, "insufficient CPUs to create any instance"),
        (
            {"Name": "a", "CPU": 4, "Instances": 3, "FillOrder": "Packed"},
            r"2 pool\(s\) unreachable",
        ),
        ({"Name": "reserved", "CPU": 2}, "number of CPUs is conflicting ReservedResources CPUs"),
        ({"Name": "reserved", "Instances": 2}, "cannot change the number of instances"),
        ({"Name": "default", "CPU": 2, "Instances": 2}, "cannot change the number of instances"),
        ({"Name": "default", "CPU": 16}, "insufficient CPUs when trying to allocate 16"),
    ],
)
def test_definitions_that_do_not_fit_are_refused(given: Given, message: str) -> None:
    """The message names the definition."""
    with pytest.raises(BadConfiguration, match=rf"policy\.podpools\.Pools\[0\] '.*': {message}"):
        lay(given)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A line for each definition, built-in ones first."""
    one, two = {"Name": "a", "CPU": "x"}, {"Name": "reserved", "Instances": 3}
    three = {"Name": "b", "CPU": 1}
    with pytest.raises(BadConfiguration) as caught:
        lay(one, two, three, three)

    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "policy.podpools.Pools[1] 'reserved'",
        "policy.podpools.Pools[0] 'a'",
        "policy.podpools.Pools[3] 'b'",
    ]
