# SPDX-License-Identifier: Apache-2.0
"""The playbook itself: a difference between what is expected and what is said is found."""

import pytest
from unit.resmgr.policy.playbook import Because, Create, Node, Refused, Remove, SetCpuset
from unit.resmgr.sysfs import trees


def node() -> Node:
    """A node of eight CPUs without hyperthreads, the first of them reserved."""
    return Node("static", trees.FLAT, reserved="0")


def test_another_answer_is_found() -> None:
    """The message has what was expected and what was said."""
    with pytest.raises(AssertionError, match=r"cpus='2'.*got .*cpus='1'"):
        assert node() >> Create("a", cpu="1") << SetCpuset("a", "2")


def test_an_answer_too_few_is_found() -> None:
    """What is expected and not said is found, in the middle of the play as well."""
    with pytest.raises(AssertionError, match="expected Refused"):
        assert node() >> Create("a") << SetCpuset("a", "0-7") << Refused("") >> Remove("a")


def test_an_answer_too_many_is_found() -> None:
    """What is said and not expected is found, in the middle of the play as well."""
    with pytest.raises(AssertionError, match="not expected"):
        assert node() >> Create("a") >> Remove("a")


def test_a_missing_reason_is_found() -> None:
    """Reasons count only where they are expected."""
    with pytest.raises(AssertionError, match="expected Because"):
        assert node() >> Create("a") << SetCpuset("a", "0-7") << Because("a", "isolated")


def test_a_broken_invariant_is_found() -> None:
    """Invariants are checked after each step."""

    def alone(played: Node) -> None:
        assert len(played.subjects) < 2, "crowded"

    played = Node("static", trees.FLAT, reserved="0", invariants=[alone]).happens(Create("a"))

    with pytest.raises(AssertionError, match="crowded"):
        played.happens(Create("b"))
