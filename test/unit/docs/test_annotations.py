# SPDX-License-Identifier: Apache-2.0
"""The reference of annotations has all that are known, and the examples only such."""

from pathlib import Path

import pytest
import yaml

from resmgr.config import annotation_keys

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/reference/annotations.md").read_text(encoding="utf-8")
PODS = sorted((ROOT / "examples").glob("pod-*.yaml"))


@pytest.mark.parametrize("key", annotation_keys.KEYS, ids=lambda key: key.name)
def test_each_key_has_a_line(key: annotation_keys.Key) -> None:
    """In one of the two tables."""
    assert f"\n| `{key.name}` | " in PAGE


def test_no_line_is_stale() -> None:
    """What the tables have is known."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| `")]
    keys = {line.split("`")[1] for line in lines}

    assert keys == {key.name for key in annotation_keys.KEYS}


@pytest.mark.parametrize("path", PODS, ids=lambda path: path.name)
def test_examples_are_understood(path: Path) -> None:
    """Nothing is doubtful about their annotations."""
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        annotations = document["metadata"]["annotations"]

        assert annotations
        assert annotation_keys.doubts(annotations) == ()
