# SPDX-License-Identifier: Apache-2.0
"""What is read from a Node object."""

from chain import standing

NODE = {
    "metadata": {
        "name": "node-1",
        "labels": {"cri-resource-manager.intel.com/state": "active", "example.com/a": "b"},
        "annotations": {"cri-resource-manager.intel.com/policy": "static"},
    }
}


def test_a_node_that_tells() -> None:
    """What it does not tell is empty."""
    told = standing.Standing(state="active", reason="", version="", policy="static")

    assert standing.of(NODE) == told


def test_a_node_that_has_nothing() -> None:
    """A Node without annotations is as one with others' only."""
    bare = {"metadata": {"name": "node-1", "labels": {"example.com/a": "b"}}}

    assert standing.of(bare) == standing.Standing("", "", "", "")
    assert standing.ours(bare) == []


def test_what_is_ours_is_named() -> None:
    """Labels and annotations alike, and nothing of others."""
    assert standing.ours(NODE) == [
        "cri-resource-manager.intel.com/policy",
        "cri-resource-manager.intel.com/state",
    ]
