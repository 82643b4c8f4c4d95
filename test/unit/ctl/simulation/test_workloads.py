# SPDX-License-Identifier: Apache-2.0
"""Objects that make pods, and those that do not."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from unit.ctl.simulation import made

from ctl.simulation import workloads
from resmgr.config.problem import Findings

TEMPLATE = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c"}]}}


def read(*objects: Any) -> tuple[workloads.Found, list[str]]:
    """Pods and problems."""
    findings = Findings()
    found = workloads.read(objects, "f", findings)
    return found, [str(one) for one in findings.problems()]


def names(*objects: Any) -> list[str]:
    """The names of the pods of objects, which have to be right."""
    return [one.full_name for one in made.specs(*objects)]


@pytest.mark.parametrize(
    ("kind", "spec", "count"),
    [
        ("Deployment", {"replicas": 2, "template": TEMPLATE}, 2),
        ("ReplicaSet", {"replicas": 0, "template": TEMPLATE}, 0),
        ("ReplicationController", {"replicas": 2, "template": TEMPLATE}, 2),
        ("StatefulSet", {"template": TEMPLATE}, 1),
        ("DaemonSet", {"template": TEMPLATE}, 1),
        ("Job", {"parallelism": 3, "completions": 9, "template": TEMPLATE}, 3),
        ("CronJob", {"jobTemplate": {"spec": {"parallelism": 2, "template": TEMPLATE}}}, 2),
    ],
)
def test_templates_make_pods(kind: str, spec: dict[str, Any], count: int) -> None:
    """As many as the object says, named after it, in its namespace."""
    owner = {"kind": kind, "metadata": {"name": "x", "namespace": "n"}, "spec": spec}

    assert names(owner) == [f"n/x-{number}" for number in range(count)]


def test_lists_are_opened() -> None:
    """Lists in lists too, as kubectl and its users make them."""
    inner = {"kind": "PodList", "items": [made.pod("a"), made.pod("b", namespace="n")]}

    assert names({"kind": "List", "items": [inner, made.pod("c")]}) == [
        "default/a",
        "n/b",
        "default/c",
    ]


def test_a_generated_name_is_made_up() -> None:
    """Its first pod gets number 0."""
    manifest = made.pod("a")
    manifest["metadata"] = {"generateName": "job-"}

    assert names(manifest) == ["default/job-0"]


def test_what_has_no_pods_is_named() -> None:
    """And is no mistake."""
    found, problems = read({"kind": "Service", "metadata": {"name": "s", "namespace": "n"}})

    assert found == workloads.Found(skipped=("Service n/s",))
    assert problems == []


def test_pods_of_a_cluster_come_as_they_were_started() -> None:
    """Which is not the order in which kubectl lists them; those that are over are skipped."""
    late = {**made.pod("a"), "status": {"phase": "Running", "startTime": "2026-02-01T00:00:00Z"}}
    early = {**made.pod("b"), "status": {"phase": "Running", "startTime": "2026-01-01T00:00:00Z"}}
    over = {**made.pod("c"), "status": {"phase": "Succeeded", "startTime": "2026-01-02T00:00:00Z"}}
    found, _ = read({"kind": "List", "items": [late, early, over]})

    assert [one.name for one in found.pods] == ["b", "a"]
    assert found.skipped == ("Pod default/c (Succeeded)",)
    assert names({"kind": "List", "items": [late, early, made.pod("d")]}) == [
        "default/a",
        "default/b",
        "default/d",
    ]


def test_what_is_no_object_is_a_mistake() -> None:
    """Each is told with its number."""
    assert read("text", {"metadata": {}})[1] == [
        "f: document 1: expected a Kubernetes object, got text",
        "f: document 2: expected a Kubernetes object, got an object without a kind",
    ]


def test_a_workload_that_is_wrong_is_told() -> None:
    """Counts, templates and names."""
    few = {"kind": "Deployment", "metadata": {"name": "d"}, "spec": {"replicas": "2"}}
    many = {"replicas": workloads.MAX_PODS + 1, "template": TEMPLATE}

    assert read(few)[1] == [
        "f: Deployment default/d: spec.template: missing, it has the pods' template"
    ]
    assert read({**few, "spec": {"replicas": "2", "template": TEMPLATE}})[1] == [
        "f: Deployment default/d: spec.replicas: expected a number of pods, got text"
    ]
    assert read({**few, "spec": {"replicas": -3, "template": TEMPLATE}})[1] == [
        "f: Deployment default/d: spec.replicas: -3 is negative"
    ]
    assert read({**few, "spec": many})[1] == [
        "f: Deployment default/d: spec.replicas: more than 20000 pods in all"
    ]
    assert read({**few, "metadata": {"name": 5}, "spec": {"template": TEMPLATE}})[1] == [
        "f: Deployment default/5: metadata.name: expected text, got a number, put it in quotes"
    ]
    assert read({"kind": "Job", "spec": {"template": TEMPLATE}})[1] == [
        "f: Job without a name: metadata.name: missing"
    ]


def test_two_pods_of_one_name_are_a_mistake() -> None:
    """Whichever files they are from."""
    findings = Findings()
    workloads.refuse_twice(made.specs(made.pod("a"), made.pod("a")), findings)

    assert [one.message for one in findings.problems()] == ["pod default/a is there twice"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below),
    max_leaves=6,
)
KEYS = (
    *("kind", "metadata", "name", "namespace", "labels", "annotations", "uid", "generateName"),
    *("spec", "template", "replicas", "parallelism", "jobTemplate", "containers", "items"),
    *("initContainers", "resources", "limits", "requests", "cpu", "memory", "env", "value"),
    *("valueFrom", "fieldRef", "fieldPath", "command", "args", "restartPolicy", "status", "phase"),
    "startTime",
)
KINDS = st.sampled_from(["Pod", "Deployment", "Job", "CronJob", "List", "Service"])
OBJECTS = st.recursive(
    ANYTHING | KINDS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), below | KINDS, max_size=8)
    ),
    max_leaves=40,
)


@hypothesis.given(st.lists(OBJECTS, max_size=3), KINDS)
@hypothesis.settings(deadline=None, max_examples=300)
def test_whatever_it_is_it_is_judged(objects: list[Any], kind: str) -> None:
    """Objects of any shape are pods, skipped, or problems with paths; nothing else happens."""
    given = [{**one, "kind": kind} if isinstance(one, dict) else one for one in objects]
    found, problems = read(*given)

    assert all(problem.startswith("f: ") for problem in problems)
    if not problems:
        assert all(pod.name and pod.containers for pod in found.pods)
