# SPDX-License-Identifier: Apache-2.0
"""The same pods by two configurations."""

from unit.ctl.simulation import made

from ctl.simulation import compare, placements

PODS = (made.whole("a", "2"), made.pod("b"))


def test_the_same_is_the_same() -> None:
    """No figure is better, no container differs."""
    one, other = (placements.of(made.simulation("static", *PODS)) for _ in range(2))
    found = compare.compare(one, other)

    assert {figure.better for figure in found.figures} == {0}
    assert (found.differences, found.same) == ((), 2)


def test_containers_that_differ_are_told_with_what_differs() -> None:
    """CPUs, those of its own, memory."""
    one = placements.of(made.simulation("static", *PODS))
    other = placements.of(made.simulation("none", *PODS))
    found = compare.compare(one, other)

    assert [each.first.name for each in found.differences] == ["default/a:c", "default/b:c"]
    assert found.differences[0].what == ("CPUs", "CPUs of its own")
    assert found.same == 0


def test_the_better_side_is_named() -> None:
    """Fewer refusals are better; for whom CPUs are is a matter of taste."""
    pods = (made.whole("a", "99"), made.whole("b", "2"))
    one = placements.of(made.simulation("static", *pods))
    other = placements.of(made.simulation("none", *pods))
    better = {figure.name: figure.better for figure in compare.compare(one, other).figures}

    assert better["containers refused"] == 1
    assert better["containers with CPUs for themselves"] == 0
    assert better["distance from CPUs to memory, mean"] == 0


def test_a_refusal_is_a_difference() -> None:
    """Two refusals are none."""
    pods = (made.whole("a", "99"),)
    one = placements.of(made.simulation("static", *pods))
    other = placements.of(made.simulation("none", *pods))

    assert compare.compare(one, other).differences[0].what == ("state",)
    assert compare.compare(one, one).differences == ()
