# SPDX-License-Identifier: Apache-2.0
"""Our units for systemd, as they are written to `/etc/systemd/system`.

What belongs here: one data file a unit, complete as it is, so that a person reads on a node what
stands here. What must not: texts that are put together at run time; what differs between nodes is
in `/etc/cri-resmgr/relay.env`.
"""

from importlib import resources

_SUFFIXES = (".service", ".timer", ".path")


def texts() -> dict[str, str]:
    """Give the text of each unit by its name."""
    return {
        one.name: one.read_text(encoding="utf-8")
        for one in sorted(resources.files(__name__).iterdir(), key=lambda one: one.name)
        if one.name.endswith(_SUFFIXES)
    }
