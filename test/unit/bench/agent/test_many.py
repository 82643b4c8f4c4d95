# SPDX-License-Identifier: Apache-2.0
"""Many agents in one process."""

import resource

from bench.agent import many


def test_open_files_are_allowed_for_a_while() -> None:
    """As many as agents need, as far as the system lets; afterwards it is as it was."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = before + 100
    with many.files_for(wanted):
        inside, _ = resource.getrlimit(resource.RLIMIT_NOFILE)

    limit = inside if most == resource.RLIM_INFINITY else most
    assert before <= inside <= limit
    assert inside > before or inside == most
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before, most)
