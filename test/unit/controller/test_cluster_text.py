# SPDX-License-Identifier: Apache-2.0
"""Decoding of Clusters in part."""

import json
from typing import Any

import pytest
from garden import shoots
from hypothesis import given
from hypothesis import strategies as st

from controller import cluster, cluster_text

NAMES = st.sampled_from(["a", "shoot", 'a"shoot', ',"shoot', "spec", "status", "z", '{"shoot":{'])
VALUES = st.recursive(
    NAMES | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)


def written(obj: dict[str, Any]) -> bytes:
    """Write an object as API servers do: ordered by name, without spaces, a line break last."""
    return json.dumps(obj, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@given(metadata=OBJECTS, spec=OBJECTS)
def test_the_shoot_is_that_of_the_whole_text(
    metadata: dict[str, Any], spec: dict[str, Any]
) -> None:
    """Whatever stands around it, metadata and shoot are those that the whole text has."""
    whole = {"apiVersion": "v1", "kind": "Cluster", "metadata": metadata, "spec": spec}

    found = cluster_text.decode(written(whole))

    assert found["metadata"] == metadata
    assert found["spec"].get("shoot") == spec.get("shoot")


def test_the_cloud_profile_is_left_out() -> None:
    """Of a Cluster as a server writes it only metadata and shoot are decoded."""
    whole = shoots.cluster("shoot--a--b", shoots.Options(size=58_000))

    found = cluster_text.decode(written(whole))

    assert found == {"metadata": whole["metadata"], "spec": {"shoot": whole["spec"]["shoot"]}}
    assert cluster.parse(found) == cluster.parse(whole)


@pytest.mark.parametrize("indent", [None, 2])
def test_another_layout_is_decoded_as_a_whole(indent: int | None) -> None:
    """Spaces and another order cost time, nothing else."""
    whole = shoots.cluster("shoot--a--b", shoots.Options())

    assert cluster_text.decode(json.dumps(whole, indent=indent).encode()) == whole


HEAD = b'{"apiVersion":"v1","kind":"Cluster","metadata":{}'


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", HEAD, HEAD + b',"spec":{"shoot":', HEAD + b',"spec":{"shoot":{}}']
)
def test_half_a_text_is_refused(text: bytes) -> None:
    """What has been cut off is never taken for a Cluster."""
    with pytest.raises(ValueError, match=r"Expecting|invalid start byte"):
        cluster_text.decode(text)
