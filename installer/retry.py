# SPDX-License-Identifier: Apache-2.0
"""When a node that was rolled back is tried again. Pure; a clock that jumps changes nothing.

Failures are counted for what was tried: another bundle, another configuration or another pod begins
anew. Between attempts it waits longer and longer, measured in seconds since boot; a boot ends the
wait, since nobody knows how long it took.
"""

import dataclasses

from . import status

WAITS = (300.0, 900.0, 1800.0, 3600.0)
"""Seconds after the first failure, the second, and so on."""

FORGIVEN = 3600.0
"""Seconds on the relay after which former failures are forgotten: a relay that dies every ten
minutes must not have the kubelet restarted for ever."""

MOST = len(WAITS) + 1
"""Failed attempts after which nothing is tried any more."""


def failed(standing: status.Status, tree: str, boot: str, monotonic: float) -> status.Status:
    """Count a failed attempt of `tree`, now; without a boot the next one may come at once."""
    failures = standing.failures + 1 if standing.tree == tree else 1
    return dataclasses.replace(
        standing, tree=tree, failures=failures, failed_boot=boot, failed_at=monotonic
    )


def succeeded(standing: status.Status) -> status.Status:
    """Forget the failures."""
    return dataclasses.replace(standing, failures=0, failed_boot="", failed_at=0.0)


def due(standing: status.Status, tree: str, boot: str, monotonic: float) -> float | None:
    """Give the seconds until `tree` may be tried; 0: now; `None`: never again."""
    if standing.tree != tree or not standing.failures:
        return 0.0
    if standing.failures >= MOST:
        return None
    if standing.failed_boot != boot:
        return 0.0
    return max(standing.failed_at + WAITS[standing.failures - 1] - monotonic, 0.0)
