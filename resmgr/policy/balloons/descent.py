# SPDX-License-Identifier: Apache-2.0
"""Where in the tree of CPUs a balloon grows, and where it shrinks (policies, section 9.2).

Nodes are compared by the counts of CPUs on their way from the root, so that it is enough to go down
level by level and keep the best: the whole tree is seldom looked at.
"""

from dataclasses import dataclass

from .tree import Node

Way = tuple[tuple[int, ...], Node]
"""A way down to a node: the counts of free CPUs on it."""


class NoRoom(ValueError):
    """There are fewer free CPUs than are wanted."""


@dataclass(frozen=True, slots=True)
class Descent:
    """One tree; `largest` has the CPUs of the largest node by depth."""

    root: Node
    largest: tuple[int, ...]

    @classmethod
    def of(cls, root: Node) -> "Descent":
        """Look at a tree."""
        largest: list[int] = []
        for depth, node in root.walk():
            if depth == len(largest):
                largest.append(0)
            largest[depth] = max(largest[depth], node.cpus.bit_count())
        return cls(root, tuple(largest))

    def add(self, held: int, free: int, count: int, *, balance: bool) -> int:
        """Give the free CPUs of the node in which `count` of them are to be taken.

        It is as small a part of the machine as can be; among those, where most of the balloon's
        CPUs are; among those, where there are fewest free CPUs, or most of them to `balance`.
        Raises `NoRoom`.
        """
        if count <= 0:
            return 0
        if (free & self.root.cpus).bit_count() < count:
            raise NoRoom(f"not enough free CPUs: {count} are wanted")
        target = self._deepest(free, count)
        sign = -1 if balance else 1
        ways: list[Way] = [((), self.root)]
        near = True
        for depth in range(1, target + 1):
            ways = [
                ((*counts, sign * there), child)
                for counts, node in ways
                for child in node.children
                if (there := (free & child.cpus).bit_count()) >= count
                and self._reaches(child, free, count, target - depth)
            ]
            if near:
                most = max((held & node.cpus).bit_count() for _, node in ways)
                ways = [way for way in ways if (held & way[1].cpus).bit_count() == most]
                near = most > 0
            if not near:
                ways = _fewest(ways)
        return free & min((node for _, node in _fewest(ways)), key=_name).cpus

    def around(self, cpus: int) -> tuple[Node, ...]:
        """Give the nodes that have all of some CPUs, the whole machine first."""
        found, node = [self.root], self.root
        while True:
            below = (child for child in node.children if child.cpus & cpus == cpus)
            inner = next(below, None)
            if inner is None:
                return tuple(found)
            found.append(inner)
            node = inner

    def remove(self, held: int, free: int) -> int:
        """Give the one of a balloon's CPUs that goes first.

        It is where fewest of the balloon's CPUs are; among those, where there are fewest free ones.
        """
        ways: list[Way] = [((), self.root)]
        while ways[0][1].children:
            below = [
                ((held & child.cpus).bit_count(), counts, child)
                for counts, node in ways
                for child in node.children
                if held & child.cpus
            ]
            fewest = min(has for has, _, _ in below)
            ways = [
                ((*counts, (free & child.cpus).bit_count()), child)
                for has, counts, child in below
                if has == fewest
            ]
        return max((node for _, node in _fewest(ways)), key=_name).cpus

    def _deepest(self, free: int, count: int) -> int:
        """Give the depth of the deepest node with so many free CPUs."""
        if count == 1:
            return len(self.largest) - 1
        limit = max(depth for depth, size in enumerate(self.largest) if size >= count)
        found, stack = 0, [(0, self.root)]
        while stack and found < limit:
            depth, node = stack.pop()
            found = max(found, depth)
            stack += [
                (depth + 1, child)
                for child in node.children
                if (free & child.cpus).bit_count() >= count
            ]
        return found

    def _reaches(self, node: Node, free: int, count: int, steps: int) -> bool:
        """Tell whether so many steps below a node is one that has enough free CPUs."""
        if count == 1 or not steps:
            # Whatever has a CPU has a leaf, and all leaves are equally deep.
            return True
        return any(
            (free & child.cpus).bit_count() >= count
            and self._reaches(child, free, count, steps - 1)
            for child in node.children
        )


def _fewest(ways: list[Way]) -> list[Way]:
    """Keep the ways whose counts are the least, compared from the root down."""
    least = min(counts for counts, _ in ways)
    return [way for way in ways if way[0] == least]


def _name(node: Node) -> str:
    return node.name
