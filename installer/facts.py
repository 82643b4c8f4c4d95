# SPDX-License-Identifier: Apache-2.0
"""What is there: gathered from the node without changing anything, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """A node as it was found."""

    done: frozenset[str] = frozenset()
    """Steps that are as wanted and were not interrupted."""
    present: frozenset[str] = frozenset()
    """Steps of which something of ours is on the node."""
    interrupted: frozenset[str] = frozenset()
    """Steps that the journal knows as begun in a run that did not end."""
    disabled: bool = False
    """A person's switch is set."""
    rescued: str = ""
    """What the rescue wrote, or empty."""
    key: bool = False
    """Our argument is in `extra_args`."""
    on_relay: bool | None = None
    """The running kubelet has our argument; None when no kubelet runs."""
