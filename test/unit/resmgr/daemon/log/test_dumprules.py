# SPDX-License-Identifier: Apache-2.0
"""Rules of the dump."""

import pytest

from resmgr.config.schemas import dump
from resmgr.daemon.log import dumprules
from resmgr.daemon.log.dumprules import Level

DEFAULT = dump.MODULE.fields[0].default


@pytest.mark.parametrize(
    ("method", "level"),
    [
        ("CreateContainer", Level.SHORT),
        ("StopPodSandbox", Level.SHORT),
        ("UpdateRuntimeConfig", Level.SHORT),
        ("RemoveImage", Level.OFF),
        ("Version", Level.OFF),
        ("ListContainers", Level.OFF),
    ],
)
def test_by_default_changes_are_dumped_short(method: str, level: Level) -> None:
    """Images and questions are not."""
    assert dumprules.level(dumprules.parse(DEFAULT), method) is level


@pytest.mark.parametrize(
    ("rules", "level"),
    [
        ("", Level.OFF),
        ("Version", Level.FULL),
        ("off:Version", Level.OFF),
        ("full:.*,off:*", Level.OFF),
        ("off:*,full:.*", Level.FULL),
        ("short:Version,full:.*", Level.SHORT),
        ("full:Version,short:Version", Level.FULL),
        ("name:Ver.*,x,Vers.*", Level.SHORT),
        ("VERBOSE:V.*", Level.FULL),
        ("suppress:.*,Version", Level.OFF),
        ("full:ersio", Level.OFF),
        ("full:ersio.", Level.FULL),
        ("full:^ersio.", Level.OFF),
        (" short:Version , ", Level.SHORT),
    ],
)
def test_the_last_match_counts_and_a_name_ends_the_search(rules: str, level: Level) -> None:
    """Expressions are searched for anywhere; a level carries over to patterns without one."""
    assert dumprules.level(dumprules.parse(rules), "Version") is level
