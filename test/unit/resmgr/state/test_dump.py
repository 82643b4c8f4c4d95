# SPDX-License-Identifier: Apache-2.0
"""The state as a document."""

import json

import pytest
from unit.resmgr.state import samples

from resmgr.model import Container, Requirements
from resmgr.state import changes, dump

SAVED = changes.Saved(
    {"p1": samples.POD},
    {"uid-1:main": samples.CONTAINER},
    "static",
    {"uid-1:main": '"0-1"'},
    {"policy": "Active: static"},
)


def test_the_document_has_the_originals_members() -> None:
    """The top of the document is that of the original's cache."""
    document = json.loads(dump.text(SAVED))

    assert document["Version"] == "1"
    assert list(document["Pods"]) == ["p1"]
    assert list(document["Containers"]) == ["uid-1:main"]
    assert document["NextID"] == 1
    assert document["Cfg"] == {"NodeName": "", "Data": {"policy": "Active: static"}}
    assert document["PolicyName"] == "static"


def test_policy_entries_are_texts_by_cache_id() -> None:
    """Values of `PolicyJSON` stay JSON texts, keyed like `Containers`."""
    document = json.loads(dump.text(SAVED))

    assert {key: json.loads(text) for key, text in document["PolicyJSON"].items()} == {
        "uid-1:main": "0-1"
    }


def test_nothing_remembered_is_a_document_too() -> None:
    """Members of an empty state are there and empty."""
    assert dump.document(changes.Saved()) == {
        "Version": "1",
        "Pods": {},
        "Containers": {},
        "NextID": 1,
        "Cfg": None,
        "PolicyName": "",
        "PolicyJSON": {},
    }


def test_a_container_shows_all_that_is_known() -> None:
    """Each field of a container has its member."""
    assert dump.document(SAVED, secrets=True)["Containers"]["uid-1:main"] == {
        "ID": "c1",
        "PodID": "p1",
        "CacheID": "uid-1:main",
        "Name": "main",
        "Namespace": "shop",
        "State": 1,
        "Attempt": 3,
        "Image": "registry.example.com/web:1",
        "Command": ["/bin/web"],
        "Args": ["--port", "80"],
        "Labels": {"l": "1"},
        "Annotations": {"a": "2"},
        "Env": {"A": "2"},
        "Mounts": {
            "/data": {"Container": "/data", "Host": "/srv/data", "Readonly": True},
            "/tmp": {"Container": "/tmp", "Host": "/srv/tmp", "Readonly": False},  # noqa: S108
        },
        "Devices": {"/dev/x": {"Container": "/dev/x", "Host": "/dev/y", "Permissions": "rw"}},
        "Tags": {"t": "v"},
        "Resources": {"requests": {"cpu": "0"}, "limits": {"cpu": "2", "memory": "1073741824"}},
        "LinuxReq": {
            "cpu_period": 100000,
            "cpu_quota": -1,
            "cpu_shares": 1024,
            "memory_limit_in_bytes": 1073741824,
            "cpuset_cpus": "0-3",
            "cpuset_mems": "0",
        },
    }


def test_values_of_environment_variables_are_hidden() -> None:
    """A dump ends up in a report; passwords must not."""
    assert dump.document(SAVED)["Containers"]["uid-1:main"]["Env"] == {"A": dump.HIDDEN}


def test_cpu_is_written_as_kubernetes_does() -> None:
    """Whole CPUs without unit, others in thousandths."""
    one = Container("k", "p", "n", requirements=Requirements(1500, 3000))
    document = dump.document(changes.Saved(containers={"k": one}))

    assert document["Containers"]["k"]["Resources"] == {
        "requests": {"cpu": "1500m"},
        "limits": {"cpu": "3"},
    }


@pytest.mark.parametrize(
    ("cache_ids", "number"),
    [((), 1), (("cache:1", "cache:1f"), 32), (("cache:zz", "uid:9"), 1)],
)
def test_next_id_follows_the_highest(cache_ids: tuple[str, ...], number: int) -> None:
    """Containers of pods without UID are numbered; the next number is free."""
    containers = {key: samples.container(key) for key in cache_ids}

    assert dump.document(changes.Saved(containers=containers))["NextID"] == number
