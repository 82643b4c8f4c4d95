# SPDX-License-Identifier: Apache-2.0
"""Messages as trees."""

from hypothesis import given
from hypothesis import strategies as st

from resmgr.cri import api_pb2 as api
from resmgr.daemon.log import prototree

REQUEST = api.CreateContainerRequest(
    pod_sandbox_id="p1",
    config=api.ContainerConfig(
        metadata=api.ContainerMetadata(name="main", attempt=2),
        command=["sh", "-c"],
        envs=[api.KeyValue(key="A", value="s3cret"), api.KeyValue(key="B", value="other")],
        labels={"app": "web"},
        mounts=[api.Mount(container_path="/x", readonly=True)],
        linux=api.LinuxContainerConfig(resources=api.LinuxContainerResources(cpu_quota=-1)),
    ),
)

ENVIRONMENT = frozenset([(2, 6, 2)])


def test_known_fields_have_their_names() -> None:
    """Lists, maps, truth values and negative numbers are what they are."""
    tree = prototree.tree(REQUEST.SerializeToString(), api.CreateContainerRequest.DESCRIPTOR)

    assert tree["pod_sandbox_id"] == "p1"
    assert tree["config"]["metadata"] == {"name": "main", "attempt": 2}
    assert tree["config"]["command"] == ["sh", "-c"]
    assert tree["config"]["labels"] == {"app": "web"}
    assert tree["config"]["mounts"] == [{"container_path": "/x", "readonly": True}]
    assert tree["config"]["linux"]["resources"] == {"cpu_quota": -1}


def test_values_of_enums_have_their_names() -> None:
    """A number that nobody knows stays one."""
    of = api.Container.DESCRIPTOR
    running = api.Container(state=api.CONTAINER_RUNNING).SerializeToString()

    assert prototree.tree(running, of) == {"state": "CONTAINER_RUNNING"}
    assert prototree.tree(b"\x30\x63", of) == {"state": 99}


def test_fields_of_a_newer_kubelet_have_numbers() -> None:
    """Text as text, messages as messages."""
    newer = api.CreateContainerRequest(sandbox_config=api.PodSandboxConfig(labels={"a": "b"}))
    tree = prototree.tree(newer.SerializeToString(), api.VersionRequest.DESCRIPTOR)

    assert tree == {"#3": {"#6": {"#1": "a", "#2": "b"}}}


def test_repeated_fields_without_a_type_are_lists() -> None:
    """What comes more than once is kept."""
    data = api.ContainerConfig(command=["a", "b", "c"]).SerializeToString()

    assert prototree.tree(data, None) == {"#3": ["a", "b", "c"]}


def test_hidden_fields_are_hidden() -> None:
    """With a type and without one; what stands beside them is shown."""
    data = REQUEST.SerializeToString()
    known = prototree.tree(data, api.CreateContainerRequest.DESCRIPTOR, ENVIRONMENT)
    unknown = prototree.tree(data, None, ENVIRONMENT)

    assert known["config"]["envs"] == [
        {"key": "A", "value": "<hidden>"},
        {"key": "B", "value": "<hidden>"},
    ]
    assert "s3cret" not in str(unknown)
    assert unknown["#1"] == "p1"


def test_bytes_that_are_no_message_are_told() -> None:
    """Whoever sent them."""
    assert prototree.tree(b"\xff\xff", None) == {"malformed": "2 bytes"}


def test_deep_nesting_ends() -> None:
    """A message within itself a thousand times costs nothing."""
    data = b""
    for _ in range(1000):
        length = len(data)
        size = bytes([length & 0x7F | 0x80, length >> 7]) if length > 127 else bytes([length])
        data = b"\x12" + size + data

    assert prototree.tree(data, None)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_tree(data: bytes) -> None:
    """With a type and without one."""
    assert isinstance(prototree.tree(data, None, ENVIRONMENT), dict)
    assert isinstance(prototree.tree(data, api.CreateContainerRequest.DESCRIPTOR), dict)
    assert isinstance(prototree.tree(data, api.ListContainersResponse.DESCRIPTOR), dict)
