# SPDX-License-Identifier: Apache-2.0
"""Texts of others, made fit for a status, a log line and a terminal.

Pure. Nodes and what runs in a shoot are in the hands of its owner, and what they say, directly
or in a message of a resource manager, ends where operators read it.
"""


def clean(text: object, limit: int) -> str:
    """Make one line of at most `limit` characters, without anything that a terminal would obey."""
    cut = str(text)[: 2 * limit]
    line = " ".join("".join(c if c.isprintable() else " " for c in cut).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
