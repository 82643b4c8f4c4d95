# SPDX-License-Identifier: Apache-2.0
"""Containers from messages, and changes into them."""

from typing import Any

import pytest
from unit.resmgr.cri import newer, tiny

from resmgr.cri import api_pb2, containers
from resmgr.effects.plan import RequestChange
from resmgr.model import ContainerState, Device, LinuxResources, Mount


def test_everything_that_is_recorded() -> None:
    """A create request gives all that the model has of a container."""
    request = tiny.create_request("p1", attempt=3)
    request.config.args.append("--fast")
    request.config.envs.add(key="A", value="1")
    request.config.labels["l"] = "1"
    request.config.annotations["a"] = "2"
    request.config.mounts.add(container_path="/c", host_path="/h", readonly=True)
    request.config.devices.add(container_path="/dev/c", host_path="/dev/h", permissions="rw")

    made = containers.creating(request)

    found = made.container
    assert (found.pod_id, found.name, found.attempt, found.namespace) == (
        "p1",
        "main",
        3,
        "default",
    )
    assert (found.image, found.command, found.args) == (
        "registry.example/web:1",
        ("/bin/web",),
        ("--fast",),
    )
    assert found.env == (("A", "1"),)
    assert (found.labels, found.annotations) == ({"l": "1"}, {"a": "2"})
    assert found.mounts == (Mount("/c", "/h", readonly=True),)
    assert found.devices == (Device("/dev/c", "/dev/h", "rw"),)
    assert found.linux == LinuxResources(shares=1024)
    assert found.state is ContainerState.CREATING
    assert made.pod.uid == "uid-1"


def test_no_change_gives_the_very_bytes() -> None:
    """Without a change the bytes are those that came, however they were written."""
    request = tiny.create_request("p1")
    given = request.SerializeToString() + b"\x0a\x02p2"

    assert containers.changed(request, RequestChange(), given) is given


def test_resources_command_and_variables_are_put_in() -> None:
    """A change replaces what it names, and nothing else."""
    request = tiny.create_request("p1")
    request.config.envs.add(key="KEEP", value="1")
    request.config.envs.add(key="SET", value="1")
    change = RequestChange(
        linux=LinuxResources(shares=2, cpuset_cpus=0b1100),
        command=("/wrap",),
        args=("/bin/web",),
        environment=(("SET", "2"), ("NEW", "3")),
    )

    data = containers.changed(request, change, b"")

    config = api_pb2.CreateContainerRequest.FromString(data).config
    assert (list(config.command), list(config.args)) == (["/wrap"], ["/bin/web"])
    assert [(one.key, one.value) for one in config.envs] == [
        ("KEEP", "1"),
        ("SET", "2"),
        ("NEW", "3"),
    ]
    assert config.linux.resources.cpu_shares == 2
    assert config.linux.resources.cpuset_cpus == "2-3"
    assert config.image.image == "registry.example/web:1"


def test_the_last_of_two_values_counts() -> None:
    """A variable that is given twice has the later value, once."""
    change = RequestChange(environment=(("A", "1"), ("A", "2")))

    data = containers.changed(tiny.create_request("p1"), change, b"")

    envs = api_pb2.CreateContainerRequest.FromString(data).config.envs
    assert [(one.key, one.value) for one in envs] == [("A", "2")]


def test_a_mount_of_ours_takes_the_place_of_another() -> None:
    """Which cannot be what the pod meant; other mounts stay."""
    request = tiny.create_request("p1")
    request.config.mounts.add(container_path="/keep", host_path="/a")
    request.config.mounts.add(container_path="/ours", host_path="/b")
    change = RequestChange(mounts=(Mount("/ours", "/c", readonly=True),))

    data = containers.changed(request, change, b"")

    mounts = api_pb2.CreateContainerRequest.FromString(data).config.mounts
    assert [(one.container_path, one.host_path, one.readonly) for one in mounts] == [
        ("/keep", "/a", False),
        ("/ours", "/c", True),
    ]


def test_a_change_leaves_newer_fields() -> None:
    """Pinning a container of a newer kubelet changes one field, at whatever depth others are."""
    sent = newer.full("CreateContainerRequest")
    request = api_pb2.CreateContainerRequest.FromString(sent.SerializeToString())
    change = RequestChange(linux=LinuxResources(cpuset_cpus=0b1))

    data = containers.changed(request, change, b"")

    got: Any = newer.kind("CreateContainerRequest").FromString(data)
    assert got.config.linux.resources.cpuset_cpus == "0"
    got.config.linux.resources.cpuset_cpus = sent.config.linux.resources.cpuset_cpus
    assert got == sent


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (0, ContainerState.CREATED),
        (1, ContainerState.RUNNING),
        (2, ContainerState.EXITED),
        (3, ContainerState.UNKNOWN),
        (4, ContainerState.UNKNOWN),
        (-1, ContainerState.UNKNOWN),
    ],
)
def test_states(number: int, state: ContainerState) -> None:
    """States have CRI's numbers; our own further one cannot come from a runtime."""
    assert containers.state(number) is state


def test_listed_container() -> None:
    """A list gives identity and state, nothing of the resources."""
    listed = api_pb2.Container(
        id="c1",
        pod_sandbox_id="p1",
        metadata=api_pb2.ContainerMetadata(name="main", attempt=2),
        image=api_pb2.ImageSpec(image="i"),
        state=api_pb2.CONTAINER_RUNNING,
        labels={"l": "1"},
    )

    found = containers.listed(listed)

    assert (found.id, found.pod_id, found.name, found.attempt) == ("c1", "p1", "main", 2)
    assert (found.image, found.state, found.labels) == ("i", ContainerState.RUNNING, {"l": "1"})
    assert found.linux == LinuxResources()
