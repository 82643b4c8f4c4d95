# SPDX-License-Identifier: Apache-2.0
"""The log of a controller that runs is read while it is written."""

import json

from garden import replica

LINES = ({"level": "info", "msg": "läuft"}, {"level": "error", "msg": "x" * 300})


def test_a_line_that_is_half_written_is_left_for_later() -> None:
    """Wherever it is cut, be it in the middle of a letter."""
    first, second = (json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in LINES)
    whole = b"warning: no JSON\n" + first + second
    read = [list(replica.complete(whole[:size])) for size in range(len(whole) + 1)]

    assert read[-1] == list(LINES)
    assert all(one == list(LINES)[: len(one)] for one in read)
