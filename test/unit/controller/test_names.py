# SPDX-License-Identifier: Apache-2.0
"""Fixed names: those that other parts of the project repeat."""

from controller import names
from resmgr.config import types


def test_group_label_is_the_daemons() -> None:
    """The seed and the daemon's package, which must not know the seed, mean the same label."""
    assert names.NODE_GROUP_LABEL == types.NODE_GROUP_LABEL


def test_origin_is_not_gardeners() -> None:
    """Of that origin gardenlet deletes ManagedResources by itself (section 4.2)."""
    assert names.ORIGIN != "gardener"
