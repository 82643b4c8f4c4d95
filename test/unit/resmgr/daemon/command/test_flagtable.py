# SPDX-License-Identifier: Apache-2.0
"""The table of flags."""

import pytest

from resmgr.config import flags as allowed
from resmgr.config import goflag
from resmgr.daemon.command import flagtable


@pytest.mark.parametrize("flag", flagtable.FLAGS.values(), ids=lambda flag: flag.name)
def test_every_default_is_a_right_value(flag: goflag.Flag) -> None:
    """What counts without a flag could have been given with it; the sentence ends with a stop."""
    goflag.judge(flag, flag.default)

    assert flag.doc.endswith(".")


def test_the_table_has_what_configurations_may_set_or_must_not() -> None:
    """A flag that operators may add or that is kept from them exists, but for help."""
    judged = {*allowed.ALLOWED, *allowed.REFUSED} - {"h", "help"}

    assert judged <= set(flagtable.FLAGS)


def test_flags_of_a_group_stand_together() -> None:
    """The usage text has each group once."""
    groups = [flag.group for flag in flagtable.FLAGS.values()]
    heads = [group for i, group in enumerate(groups) if i == 0 or groups[i - 1] != group]

    assert len(heads) == len(set(heads))
