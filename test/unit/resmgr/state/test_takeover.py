# SPDX-License-Identifier: Apache-2.0
"""The original's cache, read once."""

import json
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.state import samples

from resmgr.model import (
    Container,
    ContainerState,
    Device,
    LinuxResources,
    Mount,
    Pod,
    Qos,
    Requirements,
)
from resmgr.state import changes, dump, replay, takeover

CACHE: dict[str, Any] = {
    "Version": "1",
    "Pods": {
        "p1": {
            "ID": "p1",
            "UID": "uid-1",
            "Name": "web-0",
            "Namespace": "shop",
            "State": 1,
            "QOSClass": "Burstable",
            "Labels": {"app": "web"},
            "Annotations": None,
            "CgroupParent": "/kubepods/burstable/poduid-1",
            "Resources": None,
            "Affinity": None,
        },
        "p2": {"ID": "p2", "UID": "uid-2", "State": 2},
    },
    "Containers": {
        "uid-1:main": {
            "ID": "c1",
            "PodID": "p1",
            "CacheID": "uid-1:main",
            "Name": "main",
            "Namespace": "shop",
            "State": 1,
            "Image": "sha256:1234",
            "Command": ["/bin/web"],
            "Args": None,
            "Labels": {"l": "1"},
            "Annotations": {},
            "Env": {"A": "1"},
            "Mounts": {
                "/data": {"Container": "/data", "Host": "/srv", "Readonly": True, "Relabel": False}
            },
            "Devices": {"/dev/x": {"Container": "/dev/x", "Host": "/dev/y", "Permissions": "rw"}},
            "TopologyHints": {},
            "Tags": None,
            "Resources": {
                "limits": {"cpu": "1500m", "memory": "1Gi"},
                "requests": {"cpu": "1"},
            },
            "LinuxReq": {
                "cpu_period": 100000,
                "cpu_quota": 150000,
                "cpu_shares": 1024,
                "memory_limit_in_bytes": 1073741824,
                "oom_score_adj": 999,
                "cpuset_cpus": "0-3",
                "cpuset_mems": "0,1",
            },
            "RDTClass": "/PodQos",
            "ToptierLimit": -1,
        },
        "uid-1:old": {"ID": "c0", "State": 5},
    },
    "NextID": 4,
    "Cfg": {"NodeName": "n1", "Data": {"policy": "Active: static-pools"}},
    "PolicyName": "static-pools",
    "PolicyJSON": {"allocations": "{}"},
}

tidy = st.builds(
    Container,
    samples.ids,
    samples.texts,
    samples.texts,
    state=st.sampled_from(ContainerState),
    env=samples.tables.map(lambda table: tuple(table.items())),
    requirements=st.builds(
        Requirements, samples.amounts, samples.amounts, samples.amounts, samples.amounts
    ),
    linux=st.builds(LinuxResources, cpuset_cpus=samples.masks, cpuset_mems=samples.masks),
)


def written(folder: Path, data: object) -> Path:
    """Write a cache."""
    path = folder / takeover.FILE
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    path.chmod(0o644)
    return path


def test_pods_and_containers_are_kept(tmp_path: Path) -> None:
    """All that is known of them comes over; what is stale does not."""
    written(tmp_path, CACHE)

    found = takeover.read(tmp_path)

    assert found.problem == ""
    assert found.changes == (
        changes.PutPod(
            Pod(
                "p1",
                "uid-1",
                "web-0",
                "shop",
                {"app": "web"},
                {},
                "/kubepods/burstable/poduid-1",
                Qos.BURSTABLE,
                ready=False,
            )
        ),
        changes.PutContainer(
            Container(
                "uid-1:main",
                "p1",
                "main",
                "c1",
                ContainerState.RUNNING,
                "shop",
                "sha256:1234",
                command=("/bin/web",),
                env=(("A", "1"),),
                labels={"l": "1"},
                mounts=(Mount("/data", "/srv", readonly=True),),
                devices=(Device("/dev/x", "/dev/y", "rw"),),
                requirements=Requirements(1000, 1500, None, 1 << 30),
                linux=LinuxResources(1024, 150_000, 100_000, 1 << 30, 0b1111, 0b11),
            )
        ),
    )


@pytest.mark.parametrize("text", [None, ""])
def test_no_cache_is_no_problem(tmp_path: Path, text: str | None) -> None:
    """A missing or empty file gives nothing and says nothing."""
    if text is not None:
        written(tmp_path, text)

    assert takeover.read(tmp_path) == takeover.Found()


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        ("{", "Expecting"),
        ([], "no JSON object"),
        ({}, "version None"),
        (CACHE | {"Version": "0"}, "version '0', known: '1'"),
        ("[" * 200_000, "recursion"),
        ("\udc00", "codec"),
    ],
)
def test_a_bad_cache_is_told_and_left(tmp_path: Path, data: object, cause: str) -> None:
    """Nothing of it is taken, and the file stays where it is."""
    path = tmp_path / takeover.FILE
    if data == "\udc00":
        path.write_bytes(b'"\xff"')
    else:
        written(tmp_path, data)

    found = takeover.read(tmp_path)

    assert found.changes == ()
    assert f"cannot take over {path}: " in found.problem
    assert cause in found.problem
    assert path.exists()


def test_a_cache_that_others_write_to_is_not_trusted(tmp_path: Path) -> None:
    """Anybody could have written it."""
    written(tmp_path, CACHE).chmod(0o666)

    found = takeover.read(tmp_path)

    assert found.changes == ()
    assert "others may write to it" in found.problem


def test_a_cache_that_was_taken_is_renamed(tmp_path: Path) -> None:
    """It keeps its content under another name, and the log has a line."""
    path = written(tmp_path, CACHE)
    found = takeover.read(tmp_path)

    told = takeover.finish(tmp_path, found)

    assert told == f"took over 1 pods and 1 containers from {path}, now cache.taken-over"
    assert json.loads((tmp_path / takeover.TAKEN).read_text()) == CACHE
    assert not path.exists()


def test_a_cache_that_cannot_be_renamed_is_told(tmp_path: Path) -> None:
    """What it gave stays taken over."""
    written(tmp_path, CACHE)
    found = takeover.read(tmp_path)
    (tmp_path / takeover.TAKEN).mkdir()

    assert "could not be renamed" in takeover.finish(tmp_path, found)


@hypothesis.given(st.lists(tidy, max_size=3), st.lists(samples.pods, max_size=3))
def test_a_dump_can_be_taken_over(
    tmp_path_factory: pytest.TempPathFactory, containers: list[Container], pods: list[Pod]
) -> None:
    """What `dump` writes is the original's form: reading it gives the same pods and containers."""
    folder = tmp_path_factory.mktemp("dump")
    saved = changes.Saved({one.id: one for one in pods}, {one.cache_id: one for one in containers})
    written(folder, dump.document(saved, secrets=True))

    found = takeover.read(folder)

    assert replay.apply(changes.Saved(), found.changes) == saved
