# SPDX-License-Identifier: Apache-2.0
"""Exit statuses: one table for all commands."""

from ctl import exits, gate, release


def test_the_table_names_each_status() -> None:
    """Each constant has its meaning, and no meaning is without a constant."""
    named = {value for name, value in vars(exits).items() if name.isupper() and name != "STATUSES"}

    assert named == set(exits.STATUSES)


def test_older_commands_agree() -> None:
    """The statuses that the installer reads from `gate` and `release` mean the same."""
    assert (gate.FINE, gate.BAD, gate.AWAY) == (0, 1, 3)
    assert (release.FREE, release.LEFT, release.AWAY) == (0, 1, 3)
    assert (exits.FINE, exits.PROBLEM, exits.UNREACHABLE) == (0, 1, 3)
