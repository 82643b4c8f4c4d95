# SPDX-License-Identifier: Apache-2.0
"""What affinities weigh."""

from resmgr.model import Container, Pod
from resmgr.policy.affinity import expression, weigh
from resmgr.policy.affinity.read import Affinity
from resmgr.policy.interface import Subject

POD = Pod("p", "u", "P1", "ns")
OTHERS = {name: Subject(Container(name, "p", name), POD) for name in ("a", "b", "c")}
NAME = expression.of("name", "In", ("a", "b"))


def test_weights_of_all_that_match_add_up() -> None:
    """The container itself is left out, and so is what is out of scope."""
    near = Affinity(expression.ALWAYS, NAME, 5)
    away = Affinity(expression.of("name", "NotEqual", ("b",)), expression.ALWAYS, -2)

    assert weigh.scores([near, away], OTHERS, "c") == {"a": 3, "b": 5}
    assert weigh.scores([near], OTHERS, "a") == {"b": 5}


def test_nothing_weighs_more_than_32_bits_hold() -> None:
    """Neither in one direction nor in the other."""
    heavy = Affinity(expression.ALWAYS, NAME, 2**31 - 1)
    light = Affinity(expression.ALWAYS, NAME, -(2**31))

    assert weigh.scores([heavy, heavy], OTHERS, "c")["a"] == 2**31 - 1
    assert weigh.scores([light, light], OTHERS, "c")["a"] == -(2**31)
