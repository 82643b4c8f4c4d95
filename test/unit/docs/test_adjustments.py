# SPDX-License-Identifier: Apache-2.0
"""The reference of Adjustments and the example, held against the daemon's reader."""

import json
import re
from pathlib import Path

import pytest
import yaml

from agent import push
from resmgr.adjustments import read
from resmgr.policy import registry
from resmgr.policy.affinity import expression

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/reference/adjustments.md").read_text(encoding="utf-8")


def test_the_example_is_taken() -> None:
    """As it stands there."""
    example = yaml.safe_load((ROOT / "examples/adjustment.yaml").read_text(encoding="utf-8"))
    found = read.read(json.dumps({"x": example["spec"]}))

    assert found["x"].resources is not None
    assert found["x"].resources.cpu_request == 750


@pytest.mark.parametrize("kind", ["rdt", "blockio"])
def test_classes_are_refused_as_it_says(kind: str) -> None:
    """The page has to change when this version takes them."""
    with pytest.raises(read.Wrong, match="not part of this version"):
        read.read(json.dumps({"x": {"scope": [], "classes": {kind: "gold"}}}))

    assert re.search(
        rf"^\| .*`classes\.{kind}`.*\*\*refused in this version\*\*", PAGE, re.MULTILINE
    )


def test_every_operator_is_listed() -> None:
    """And no other one."""
    part = PAGE.partition("## Expressions")[2].partition("Keys are")[0]
    rows = re.findall(r"^\| (`.*?`) \| ", part, flags=re.MULTILINE)

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == expression.OPERATORS


def test_every_policy_is_listed() -> None:
    """With what it makes of an Adjustment; an alias is none of its own."""
    part = PAGE.partition("## What a policy makes of it")[2].partition("## ")[0]

    assert set(re.findall(r"^\| `([a-z-]+)` \|", part, flags=re.MULTILINE)) == set(
        registry.POLICIES
    ) - {"memtier"}


def test_bounds_are_those_of_the_code() -> None:
    """Both sides have the same."""
    assert push.LONGEST == read.MAX_CHARACTERS == 1024 * 1024
    assert f"more than {read.MAX_ITEMS} items" in PAGE
