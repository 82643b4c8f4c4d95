# SPDX-License-Identifier: Apache-2.0
"""Decode of a Cluster what we read of it: its metadata and its shoot, a tenth of the text.

Nine tenths are the cloud profile, which is of no use to us; decoding it took a seventh of the
CPU time of a reconcile. API servers write the members of an object in the order of their names,
so the shoot is the last thing in a Cluster. Where a text does not look exactly so, all of it is
decoded.
"""

import json
import re
from typing import Any

_HEAD = re.compile(r'\{"apiVersion":"[^"\\]*","kind":"Cluster","metadata":(?=\{)')
_SPEC = ',"spec":{'
_SHOOT = '"shoot":'
_END = "}}"
"""What follows the shoot: the ends of `spec` and of the Cluster."""

_DECODER = json.JSONDecoder()


def decode(text: bytes) -> dict[str, Any]:
    """Give a Cluster as a dictionary with `metadata` and `spec.shoot`, perhaps with the rest.

    Raises `ValueError` if it is no JSON. Inside of a string every quote has a backslash
    before it, so `"shoot":` behind a comma or bracket is nothing but a member of that name; two
    ends after its value and nothing else make it one of the last member, which is `spec`.
    """
    cluster = text.decode()
    head = _HEAD.match(cluster)
    found = cluster.rfind(_SHOOT)
    if head is not None and cluster[found - 1] in ",{":
        metadata, end = _DECODER.raw_decode(cluster, head.end())
        if cluster.startswith(_SPEC, end) and end < found:
            shoot, end = _DECODER.raw_decode(cluster, found + len(_SHOOT))
            if cluster[end:].strip() == _END:
                return {"metadata": metadata, "spec": {"shoot": shoot}}
    whole: dict[str, Any] = json.loads(cluster)
    return whole
