# SPDX-License-Identifier: Apache-2.0
"""CRI messages that a kubelet sends in a pod's life, as bytes; field numbers are those of the CRI.

Written here rather than by the relay's generated code, which knows only the fields that it reads.
"""

from collections.abc import Iterator

from node import images

RUNTIME = "/runtime.v1.RuntimeService/"
_OF_THE_NODE = 2
"""The network namespace of the node: no network plug-in takes part in what is measured."""


def number(field: int, value: int) -> bytes:
    """Encode a field that is a number of at least 0."""
    return _varint(field << 3) + _varint(value)


def content(field: int, value: bytes | str) -> bytes:
    """Encode a field that is a text or a message."""
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Give numbers and values of a message's fields: numbers, or what has a length."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        value, at = _read_varint(message, at)
        if tag & 7 == 0:
            yield tag >> 3, value
        elif tag & 7 == 2:
            yield tag >> 3, message[at : at + value]
            at += value
        else:
            raise ValueError(f"field {tag >> 3} has wire type {tag & 7}")


def first(message: bytes) -> str:
    """Give the text of field 1: the id in answers to what makes pods and containers."""
    for field, value in fields(message):
        if field == 1 and isinstance(value, bytes):
            return value.decode()
    raise ValueError("no field 1")


def output(message: bytes) -> bytes:
    """Give the standard output that an answer to ExecSync holds."""
    return b"".join(
        value for field, value in fields(message) if field == 1 and isinstance(value, bytes)
    )


def pod_config(name: str) -> bytes:
    """A PodSandboxConfig in the node's network namespace."""
    metadata = content(1, name) + content(2, f"uid-{name}") + content(3, "bench")
    security = content(1, number(1, _OF_THE_NODE))
    return content(1, metadata) + content(8, content(2, security))


def run_pod(name: str) -> bytes:
    """A RunPodSandboxRequest."""
    return content(1, pod_config(name))


def create_container(pod: str, config: bytes, name: str) -> bytes:
    """A CreateContainerRequest of a container that sleeps, with a share of CPUs and a limit."""
    resources = number(1, 100_000) + number(2, 50_000) + number(3, 256) + number(4, 64 << 20)
    container = (
        content(1, content(1, name))
        + content(2, content(1, images.BUSYBOX))
        + content(3, "sleep")
        + content(4, "1000000")
        + content(15, content(1, resources))
    )
    return content(1, pod) + content(2, container) + content(3, config)


def named(identity: str) -> bytes:
    """A request with nothing but the id of a pod or container."""
    return content(1, identity)


def exec_sync(container: str, *command: str) -> bytes:
    """An ExecSyncRequest with a timeout of 30 s."""
    return content(1, container) + b"".join(content(2, word) for word in command) + number(3, 30)
