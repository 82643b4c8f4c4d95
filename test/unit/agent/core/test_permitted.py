# SPDX-License-Identifier: Apache-2.0
"""What the daemon may change of its Node."""

from typing import Any

import pytest

from agent.core import permitted

LABEL = "cri-resource-manager.intel.com/group"
BEFORE: dict[str, Any] = {
    "metadata": {"name": "n", "labels": {"kept": "1", LABEL: "a"}},
    "spec": {"taints": [{"key": "others", "effect": "NoSchedule"}]},
}


def changed(**parts: Any) -> dict[str, Any]:
    """The Node with other labels, annotations or taints."""
    metadata, spec = dict(BEFORE["metadata"]), dict(BEFORE["spec"])
    for name, value in parts.items():
        (spec if name == "taints" else metadata)[name] = value
    return {"metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    "after",
    [
        changed(),
        changed(labels={**BEFORE["metadata"]["labels"], "cmk.intel.com/cmk-node": "true"}),
        changed(labels={**BEFORE["metadata"]["labels"], "a.criresmgr.intel.com/x": "y"}),
        changed(annotations={"cri-resource-manager.intel.com/x": "y"}),
        changed(taints=[*BEFORE["spec"]["taints"], {"key": "cmk", "effect": "NoSchedule"}]),
    ],
)
def test_what_is_permitted(after: dict[str, Any]) -> None:
    """Keys of our domains and CMK's, in whatever way they are written."""
    assert permitted.refusal(BEFORE, after, label=LABEL) == ""


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (changed(labels={}), "label cri-resource-manager.intel.com/group, label kept"),
        (changed(labels={"kept": "1", LABEL: "b"}), f"label {LABEL}"),
        (changed(labels={**BEFORE["metadata"]["labels"], "xcriresmgr.intel.com/a": ""}), "label x"),
        (changed(labels={**BEFORE["metadata"]["labels"], "cmk": ""}), "label cmk"),
        (changed(taints=[]), "taint others"),
        (changed(name="m"), "only labels, annotations and taints"),
        ({**BEFORE, "status": {}}, "only labels, annotations and taints"),
        (changed(taints=[*BEFORE["spec"]["taints"], "odd"]), "taint "),
    ],
)
def test_what_is_not(after: dict[str, Any], words: str) -> None:
    """Keys of others, the group that chooses a configuration, everything else of a Node."""
    assert permitted.refusal(BEFORE, after, label=LABEL).startswith(words)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cpu", "refusing to update capacity of native resource 'cpu'"),
        ("memory", "refusing to update capacity of native resource 'memory'"),
        ("hugepages-2Mi", "refusing to update capacity of native resource 'hugepages-2Mi'"),
        ("cores", "invalid resource 'cores' in capacity update"),
        ("intel.com", "invalid resource 'intel.com' in capacity update"),
        ("intel/cores", "invalid resource 'intel/cores' in capacity update"),
        ("cmk.intel.com/exclusive-cores", ""),
    ],
)
def test_capacities(name: str, why: str) -> None:
    """Extended resources only."""
    assert permitted.capacity_refusal(name) == why
