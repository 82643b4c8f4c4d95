# SPDX-License-Identifier: Apache-2.0
"""From settings to a policy on this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...policy import constraints, registry
from ...policy.interface import Policy
from ...sysfs.machine import Machine
from . import poolfiles, settings

_LARGEST = 64 * 1024


def read(path: str) -> str | None:
    """Give what is in a small file, None for one that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return None


def make(
    wanted: settings.Policy,
    machine: Machine,
    where: constraints.Cgroups,
    read: Callable[[str], str | None] = read,
) -> Policy[Any]:
    """Make the policy that is asked for. Raises `policy.interface.BadConfiguration`."""
    limits = constraints.resolve(wanted.data, where, read)
    own = wanted.own
    if wanted.active == poolfiles.POLICY:
        own = poolfiles.complete(own, where.root)
    return registry.load(wanted.active)(machine, limits, own)
