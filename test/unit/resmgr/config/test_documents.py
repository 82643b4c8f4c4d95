# SPDX-License-Identifier: Apache-2.0
"""Whole documents: judged, warned about, split for a ConfigMap."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
import yaml

from resmgr.config import documents, problem


def test_a_right_document_comes_nested(sample: str) -> None:
    """Dotted keys are resolved, values stay as they are."""
    document, problems = documents.check(sample, "configs.default")

    assert problems == []
    assert document is not None
    assert document["policy"] == {
        "Active": "topology-aware",
        "ReservedResources": {"cpu": "750m"},
        "topology-aware": {"PinCPU": True},
    }


def test_all_problems_of_a_document_come_at_once() -> None:
    """In the order of the document, each with its path."""
    document, problems = documents.check(
        "policy:\n  Actve: none\n  Active: ballons\n  podpools: {PinCPU: 1}\n"
        "logger: {LogSource: x}",
        "spec.extensions[0].providerConfig.configs.default",
    )

    before = "spec.extensions[0].providerConfig.configs.default"
    assert document is None
    assert [str(found) for found in problems] == [
        f"{before}.policy.Actve: unknown key, did you mean Active",
        f'{before}.policy.Active: unknown value "ballons", did you mean balloons',
        f"{before}.policy.podpools.PinCPU: expected true or false, got a number",
        f"{before}.logger.LogSource: expected true or false, got text",
    ]


@pytest.mark.parametrize("text", ["x", "[1]", "3", "true"])
def test_a_document_is_a_mapping(text: str) -> None:
    """Nothing else."""
    document, problems = documents.check(text, "d")

    assert document is None
    assert problems[0].message.startswith("expected a mapping of modules, got")


def test_unreadable_text_is_one_problem() -> None:
    """The reader's."""
    document, problems = documents.check("a: [", "d")

    assert document is None
    assert len(problems) == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "policy:\n", "policy: {}\nlogger:\n"])
def test_empty_documents_are_right_but_warned_about(text: str) -> None:
    """They would set every module to its defaults."""
    document, problems = documents.check(text, "d")

    assert problems == []
    assert document is not None
    (warning,) = documents.warnings(document, "d")
    assert warning.message == "empty document"


@pytest.mark.parametrize(
    ("policy", "count"),
    [
        ("Active: static", 1),
        ("Active: static-plus", 1),
        ("Active: topology-aware", 1),
        ("Active: memtier", 1),
        ("Active: podpools", 1),
        ("Active: balloons", 1),
        ("Active: dynamic-pools", 1),
        ("Active: none", 0),
        ("Active: static-pools", 0),
        ("AvailableResources: {CPU: cpuset:0}", 0),
        ("Active: balloons\n  ReservedResources: {CPU: 0}", 1),
        ("Active: balloons\n  ReservedResources: {}", 1),
        ("Active: balloons\n  ReservedResources: {CPU: 1}", 0),
        ("Active: balloons\n  ReservedResources: {cpu: 'cpuset:0'}", 0),
    ],
)
def test_policies_without_their_reservation_are_warned_about(policy: str, count: int) -> None:
    """Those that refuse to start without one."""
    document, problems = documents.check(f"policy:\n  {policy}\n", "d")

    assert problems == []
    assert document is not None
    found = documents.warnings(document, "d")
    assert [warning.path for warning in found] == ["d.policy.ReservedResources"] * count


def test_split_gives_one_data_key_a_module(sample: str) -> None:
    """Sorted, and each text is that module's YAML."""
    document, _ = documents.check(sample, "d")
    assert document is not None

    data = documents.split(document)
    assert list(data) == ["dump", "logger", "policy"]
    assert data["logger"] == "Debug: resource-manager,cache,resource-control\n"


def test_split_does_not_depend_on_the_order_of_keys(sample: str) -> None:
    """A document that is only written in another order changes nothing in the shoot."""
    lines = yaml.safe_load(sample)
    turned = yaml.safe_dump(dict(reversed(lines.items())), sort_keys=False)

    texts = [documents.split(documents.check(text, "d")[0] or {}) for text in (sample, turned)]
    assert texts[0] == texts[1] != {}


def test_split_writes_no_aliases_and_no_null() -> None:
    """A value that is shared is written out; a module without data is an empty mapping."""
    text = "cpu: {classes: {a: &a {minFreq: 1}, b: *a}}\nlogger:\n"
    document, problems = documents.check(text, "d")
    assert problems == []

    assert documents.split(document or {}) == {
        "cpu": "classes:\n  a:\n    minFreq: 1\n  b:\n    minFreq: 1\n",
        "logger": "{}\n",
    }


def test_split_documents_are_read_back(sample: str) -> None:
    """The node that puts the keys together again judges the same document."""
    document, _ = documents.check(sample, "d")
    data = documents.split(document or {})
    joined = documents.joined(data, problem.Place("d", problem.Findings()))

    assert joined == document


SCALARS = st.sampled_from(["none", "balloons", "750m", "cpuset:0-3", "10s", "*", "reserved", ""])
KEYS = st.sampled_from(
    [
        "policy",
        "Active",
        "policy.balloons",
        "BalloonTypes",
        "Name",
        "MinCPUs",
        "ReservedResources",
        "CPU",
        "rdt",
        "partitions",
        "l3Allocation",
        "mbAllocation",
        "classes",
        "cpu",
        "blockio",
        "Classes",
        "Devices",
        "Weight",
        "dump",
        "Config",
        "logger",
        "Klog",
        "podpools",
        "Pools",
        "Instances",
        "resource-manager",
        "control",
        "Controllers",
        "all",
        "unified",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | SCALARS | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=25,
)


@hypothesis.settings(deadline=None, max_examples=300)
@hypothesis.given(VALUES)
def test_any_data_is_judged(value: Any) -> None:
    """A document or problems, never both, nothing raises, and warnings and split work on it."""
    document, problems = documents.check(yaml.dump(value, Dumper=yaml.CSafeDumper), "d")

    assert (document is None) == bool(problems)
    assert len(problems) <= problem.LISTED + 1
    if document is not None:
        documents.warnings(document, "d")
        texts = documents.split(document)
        joined = documents.joined(texts, problem.Place("d", problem.Findings()))
        assert joined == {name: data or {} for name, data in document.items()}


@hypothesis.settings(deadline=None)
@hypothesis.given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_judging_twice_gives_the_same(value: Any) -> None:
    """Neither order nor text of the problems changes."""
    text = yaml.dump(value, Dumper=yaml.CSafeDumper)

    assert documents.check(text, "d") == documents.check(text, "d")
