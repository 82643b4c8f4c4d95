# SPDX-License-Identifier: Apache-2.0
"""What is used, what is free, and how well it lies."""

from unit.ctl.simulation import made

from ctl import machines
from ctl.simulation import placements, summary

PODS = (made.whole("a", "2"), made.whole("b", "500m"), made.pod("c"))


def test_exclusive_cpus_and_requests_are_added_up() -> None:
    """What is free is what neither takes."""
    placed = placements.of(made.simulation("static", *PODS))
    use = summary.whole(placed)

    assert (use.containers, use.exclusive.bit_count(), use.requested) == (3, 2, 500)
    assert use.free == 14_000 - 500


def test_who_is_below_uses_what_is_above() -> None:
    """The root of a tree of pools has all containers."""
    placed = placements.of(made.simulation("topology-aware", *PODS))
    uses = {one.name: one for one in summary.pools(placed)}

    assert uses["root"].containers == 3
    assert uses["root"].requested == sum(
        uses[name].requested for name in ("socket #0", "socket #1")
    )


def test_a_pool_may_be_overbooked() -> None:
    """More is requested of it than it has, which is told of its containers."""
    pods = (made.pod("a", made.one("c", "99")),)
    placed = placements.of(made.simulation("balloons", *pods, machine="1x1x2x1"))
    quality = summary.quality(placed)

    assert quality.overbooked + quality.refused == 1


def test_quality_counts_nodes_and_memory() -> None:
    """Of containers that run."""
    spread = summary.quality(placements.of(made.simulation("none", *PODS)))
    tight = summary.quality(placements.of(made.simulation("topology-aware", *PODS)))

    assert (spread.spread, spread.on_one_node, spread.distance) == (2.0, 0, 15.5)
    assert (tight.spread, tight.on_one_node, tight.local, tight.distance) == (1.0, 3, 3, 10.0)
    assert (tight.pinned, tight.exclusive) == (1, 2)


def test_nothing_is_perfect() -> None:
    """An empty node has no distances."""
    quality = summary.quality(placements.of(made.simulation("static")))

    assert (quality.containers, quality.spread, quality.distance) == (0, 0.0, 10.0)


def test_distances_are_weighed_by_cpus() -> None:
    """Three CPUs near to the memory and one far away."""
    machine = machines.parse(made.SMALL)

    assert summary.distance(machine, 0b10111, 0b01) == (3 * 10 + 21) / 4
    assert summary.nodes_of(machine, 0b10111) == 0b11
