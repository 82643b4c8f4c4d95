# SPDX-License-Identifier: Apache-2.0
"""Pods, containers and changes to remember, made by hand and by chance."""

import hypothesis.strategies as st

from resmgr.model import (
    Container,
    ContainerState,
    Device,
    Hint,
    LinuxResources,
    Mount,
    Pod,
    Qos,
    Requirements,
)
from resmgr.state.changes import (
    Change,
    DropContainer,
    DropPod,
    PutAdjustments,
    PutConfig,
    PutContainer,
    PutEntries,
    PutHistory,
    PutPod,
    PutPolicy,
)

NOW = 1_700_000_000.0
"""2023-11-14T22:13:20Z, what the clocks of these tests show."""

POD = Pod(
    "p1",
    "uid-1",
    "web-0",
    "shop",
    {"app": "web"},
    {"note": "näh"},
    "/kubepods/pod1",
    Qos.GUARANTEED,
    ready=False,
)

CONTAINER = Container(
    "uid-1:main",
    "p1",
    "main",
    "c1",
    ContainerState.RUNNING,
    "shop",
    "registry.example.com/web:1",
    3,
    ("/bin/web",),
    ("--port", "80"),
    (("A", "1"), ("A", "2")),
    {"l": "1"},
    {"a": "2"},
    (Mount("/data", "/srv/data", readonly=True), Mount("/tmp", "/srv/tmp")),  # noqa: S108 - a path within
    (Device("/dev/x", "/dev/y", "rw"),),
    Requirements(0, 2000, None, 1 << 30),
    LinuxResources(1024, -1, 100_000, 1 << 30, 0b1111, 0b1),
    {"t": "v"},
    (Hint("/sys/devices/pci0", "0-3", "0"), Hint("kubelet", sockets="1")),
)

texts = st.text(st.characters(codec="utf-8"), max_size=8)
tables = st.dictionaries(texts, texts, max_size=3)
masks = st.integers(0, (1 << 200) - 1)
numbers = st.integers(-(2**63), 2**63 - 1)
amounts = st.none() | st.integers(0, 2**62)
ids = st.sampled_from(["a", "b", "uid-1:main", "cache:1", ""])

pods = st.builds(
    Pod,
    ids,
    texts,
    texts,
    texts,
    tables,
    tables,
    texts,
    st.sampled_from(Qos),
    st.booleans(),
)

containers = st.builds(
    Container,
    ids,
    texts.filter(bool),
    texts,
    texts,
    st.sampled_from(ContainerState),
    texts,
    texts,
    st.integers(0, 2**32),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    tables,
    tables,
    st.lists(st.builds(Mount, texts, texts, st.booleans()), max_size=2).map(tuple),
    st.lists(st.builds(Device, texts, texts, texts), max_size=2).map(tuple),
    st.builds(Requirements, amounts, amounts, amounts, amounts),
    st.builds(LinuxResources, numbers, numbers, numbers, numbers, masks, masks),
    tables,
    st.lists(st.builds(Hint, texts, texts, texts, texts), max_size=2).map(tuple),
)

changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(PutPod, pods),
    st.builds(DropPod, ids),
    st.builds(PutContainer, containers),
    st.builds(DropContainer, ids),
    st.builds(PutPolicy, texts, st.dictionaries(ids, texts, max_size=3)),
    st.builds(PutEntries, st.dictionaries(ids, st.none() | texts, max_size=3)),
    st.builds(PutConfig, st.none() | tables),
    st.builds(PutAdjustments, st.text()),
    st.builds(PutHistory, st.text()),
)


def clock() -> float:
    """Tell the time."""
    return NOW


def container(cache_id: str, *, attempt: int = 0) -> Container:
    """Make a container that has little more than a name."""
    return Container(cache_id, "p1", cache_id, f"id-of-{cache_id}", attempt=attempt)
