# SPDX-License-Identifier: Apache-2.0
"""The reference of annotations has all that are known, and the examples only such."""

from pathlib import Path

import pytest
import yaml

from resmgr.config import annotation_keys
from resmgr.control.memory import limit
from resmgr.engine import asked
from resmgr.model import Pod
from resmgr.policy import scoped
from resmgr.policy.topology_aware import memory, preferences
from resmgr.policy.topology_aware.options import Options
from resmgr.policy.topology_aware.preferences import Wish

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


def sample() -> Pod:
    """Give the pod of the example."""
    text = (ROOT / "examples/pod-annotations.yaml").read_text(encoding="utf-8")
    metadata = yaml.safe_load(text)["metadata"]
    return Pod("p", "u", metadata["name"], "default", annotations=metadata["annotations"])


def test_the_sample_means_what_the_contract_says() -> None:
    """Annotations, section 8."""
    database = preferences.of(sample(), "db", Options())
    sidecar = preferences.of(sample(), "sidecar", Options())
    text = scoped.of_container(sample(), annotation_keys.TOP_TIER_LIMIT, "db")

    assert database.isolated == sidecar.isolated == Wish(value=False, explicit=True)
    assert (database.shared.explicit, sidecar.shared) == (False, Wish(value=True, explicit=True))
    assert database.memory == memory.DRAM | memory.PMEM
    assert (database.cold, sidecar.cold) == (60.0, 0.0)
    assert limit.read(text or "") == 3_000_000_000


def test_the_sample_asks_for_what_its_comment_says() -> None:
    """To be told, and to be left untouched."""
    found = {name: asked.of(sample(), name) for name in ("db", "sidecar", "monitor")}

    assert found["db"] == asked.Asked(exports=frozenset(annotation_keys.EXPORTS))
    assert found["sidecar"] == asked.Asked(memory_preserved=True)
    assert found["monitor"] == asked.Asked(cpu_preserved=True)
