# SPDX-License-Identifier: Apache-2.0
"""What is drawn at each CPU."""

from ctl.drawing import marks
from ctl.drawing.marks import Mark, Use
from ctl.drawing.occupants import Occupant

OCCUPANTS = (
    Occupant("a", "", 0b0001, 0, "A"),
    Occupant("b", "", 0, 0b0111),
    Occupant("c", "", 0b0001, 0, "C"),
)


def test_what_is_exclusive_counts_first() -> None:
    """Then what is shared, then what is isolated; of more than one owner each is known."""
    found = marks.marks(OCCUPANTS, isolated=0b1100)

    assert [found.of(cpu) for cpu in range(5)] == [
        Mark(Use.EXCLUSIVE, (0, 2)),
        Mark(Use.SHARED),
        Mark(Use.SHARED),
        Mark(Use.ISOLATED),
        Mark(Use.IDLE),
    ]
