# SPDX-License-Identifier: Apache-2.0
"""Pods, containers and configurations as texts."""

import json
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.state import samples

from resmgr.model import (
    Container,
    ContainerState,
    LinuxResources,
    Mount,
    Pod,
    Qos,
    Requirements,
)
from resmgr.state import encode

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | samples.texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(samples.texts, inner, max_size=3),
    max_leaves=8,
)


@hypothesis.given(samples.pods)
def test_pods_read_back(pod: Pod) -> None:
    """What is written of a pod is what is read."""
    assert encode.pod(pod.id, encode.pod_text(pod)) == pod


@hypothesis.given(samples.containers)
def test_containers_read_back(container: Container) -> None:
    """What is written of a container is what is read."""
    assert encode.container(container.cache_id, encode.container_text(container)) == container


@hypothesis.given(st.none() | samples.tables)
def test_configurations_read_back(data: dict[str, str] | None) -> None:
    """No configuration and an empty one are two things."""
    assert encode.config(encode.config_text(data)) == data


def test_no_cpu_asked_for_differs_from_nothing_said() -> None:
    """A request of 0 is written, one that is not given is not."""
    row = json.loads(encode.container_text(samples.CONTAINER))

    assert row["requirements"] == {"cpu_request": 0, "cpu_limit": 2000, "memory_limit": 1 << 30}


def test_defaults_are_not_written() -> None:
    """A bare container is a short row."""
    assert encode.container_text(Container("k", "p", "n")) == '{"state":4,"pod_id":"p","name":"n"}'


def test_members_of_a_later_version_are_ignored() -> None:
    """A row with more members gives what is known of it."""
    row = json.loads(encode.container_text(samples.CONTAINER)) | {"hue": {"saturation": 1}}

    assert encode.container(samples.CONTAINER.cache_id, json.dumps(row)) == samples.CONTAINER


def test_missing_members_have_their_default() -> None:
    """A row with a name only is a container all the same."""
    assert encode.container("k", '{"name": "n"}') == Container(
        "k", "", "n", state=ContainerState.UNKNOWN
    )


@pytest.mark.parametrize(
    ("member", "value", "field", "default"),
    [
        ("state", 17, "state", ContainerState.UNKNOWN),
        ("state", "1", "state", ContainerState.UNKNOWN),
        ("attempt", True, "attempt", 0),
        ("labels", {"a": 1, "b": "2"}, "labels", {"b": "2"}),
        ("args", ["a", 1], "args", ()),
        ("env", [["A", "1"], ["B"], 3], "env", (("A", "1"),)),
        ("mounts", [["/a", "/b", "yes"], ["/a", "/b", False]], "mounts", (Mount("/a", "/b"),)),
        ("requirements", [], "requirements", Requirements()),
        ("linux", {"cpuset_cpus": "3-1", "shares": 2}, "linux", LinuxResources(shares=2)),
    ],
)
def test_members_of_a_wrong_type_have_their_default(
    member: str, value: object, field: str, default: object
) -> None:
    """One bad member costs that member."""
    row = json.loads(encode.container_text(samples.CONTAINER)) | {member: value}

    assert getattr(encode.container("k", json.dumps(row)), field) == default


def test_unknown_qos_class_is_unknown() -> None:
    """A class of a later Kubernetes is no reason to lose the pod."""
    assert encode.pod("p", '{"qos": "Platinum"}').qos is Qos.UNKNOWN


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"id": "c1"}', "[" * 100_000])
def test_rows_that_name_nothing_are_refused(text: str) -> None:
    """What is no object, or names neither pod nor container, is a bad row."""
    with pytest.raises(encode.BadRow):
        encode.container("k", text)


@hypothesis.given(
    st.dictionaries(st.sampled_from(sorted(Container.__dataclass_fields__)), json_values)
)
def test_any_object_is_read_or_refused(row: dict[str, Any]) -> None:
    """Whatever the members are, the result is a container or `BadRow`."""
    text = json.dumps({"pod_id": "p"} | row)

    try:
        read = encode.container("k", text)
    except encode.BadRow:
        return
    assert encode.container("k", encode.container_text(read)) == read
