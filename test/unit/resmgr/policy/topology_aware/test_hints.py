# SPDX-License-Identifier: Apache-2.0
"""Topology hints."""

import pytest
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr.model import Hint
from resmgr.policy.topology_aware import hints

PACKAGES = trees.EXAMPLE
DIES = trees.Tree(packages=2, nodes=4, cores=2, dies=2)


def scores(tree: trees.Tree, **hint: str) -> dict[str, float]:
    """Give the score of each pool for a hint."""
    return {pool.name: hints.scores(pool, (Hint("dev", **hint),))[0] for pool in made.pools(tree)}


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ({"cpus": "4-7"}, (0, 1, 1, 0, 1)),
        ({"cpus": "2-5"}, (0.5, 0.5, 1, 0, 1)),
        ({"cpus": "4-11"}, (0, 0.5, 0.5, 0.5, 1)),
        ({"cpus": "4-x", "numas": "1"}, (0, 0, 0, 0, 0)),
        ({"numas": "1"}, (0, 1, 0.9, 0, 0.81)),
        ({"numas": "1,2"}, (0, 1, 0.9, 1, 0.81)),
        ({"numas": "0-1"}, (0, 0, 0, 0, 0)),
        ({"sockets": "0"}, (0.5, 0.5, 1, 0, 0.9)),
        ({"sockets": "1,x"}, (0, 0, 0, 0, 0)),
        ({"cpus": "0-3", "numas": "3", "sockets": "1"}, (1, 0, 1, 0, 1)),
    ],
)
def test_pools_are_near_or_far(hint: dict[str, str], expected: tuple[float, ...]) -> None:
    """Of two sockets: both nodes and the socket of the first, a node of the second, the root."""
    found = scores(PACKAGES, **hint)
    names = ["NUMA node #0", "NUMA node #1", "socket #0", "NUMA node #2", "root"]

    assert tuple(found[name] for name in names) == expected


def test_dies_are_compared_with_their_own_cpus() -> None:
    """Not with those of the whole package."""
    first = scores(DIES, cpus="0-3")

    assert (first["die #0/0"], first["die #0/1"], first["socket #0"]) == (1, 0, 1)
    assert scores(DIES, numas="3")["die #0/1"] == 0.9
    assert scores(DIES, sockets="0")["die #0/1"] == 0.5


def test_some_hints_do_not_count() -> None:
    """Those of the kubelet, and those that say nothing."""
    given = (Hint("kubelet", "0-3"), Hint("dev"), Hint("dev", numas="0"))

    assert hints.counting(given) == (Hint("dev", numas="0"),)
