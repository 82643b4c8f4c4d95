# SPDX-License-Identifier: Apache-2.0
"""Names that the installer repeats, since it imports nothing of the seed."""

from controller import names as seed
from installer import names, units
from installer.steps import units as step


def test_names_are_those_of_the_seed() -> None:
    """Label and annotation are the same on both sides."""
    assert names.STATE_LABEL == seed.NODE_STATE_LABEL
    assert names.REASON_ANNOTATION == seed.NODE_REASON_ANNOTATION


def test_every_unit_is_known_to_the_step() -> None:
    """A unit that is not in the step's list would stay on a node after a removal."""
    assert set(units.texts()) == set(step.KNOWN)


def test_the_relays_unit_is_told_from_the_former_one() -> None:
    """Our unit runs what `current` names; by that it is told from the former extension's."""
    assert "/opt/cri-resmgr/current/" in units.texts()[names.RELAY_UNIT]
