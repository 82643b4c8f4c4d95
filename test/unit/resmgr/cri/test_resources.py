# SPDX-License-Identifier: Apache-2.0
"""Resources between messages and the model."""

from hypothesis import given
from hypothesis import strategies as st

from resmgr.cri import api_pb2, resources
from resmgr.model import LinuxResources

NUMBERS = st.integers(-(2**63), 2**63 - 1)
MASKS = st.integers(0, 2**200 - 1)


def test_every_field_is_read() -> None:
    """Each field of the model comes from its field of the message."""
    message = api_pb2.LinuxContainerResources(
        cpu_period=100_000,
        cpu_quota=50_000,
        cpu_shares=512,
        memory_limit_in_bytes=1 << 30,
        cpuset_cpus="0-3,8",
        cpuset_mems="1",
    )

    assert resources.read(message) == LinuxResources(
        shares=512,
        quota=50_000,
        period=100_000,
        memory_limit=1 << 30,
        cpuset_cpus=0b1_0000_1111,
        cpuset_mems=0b10,
    )


@given(st.builds(LinuxResources, NUMBERS, NUMBERS, NUMBERS, NUMBERS, MASKS, MASKS))
def test_what_is_written_is_read_again(linux: LinuxResources) -> None:
    """Writing into an empty message and reading it gives the same."""
    message = api_pb2.LinuxContainerResources()

    resources.write(message, linux)

    assert resources.read(message) == linux


def test_what_is_not_set_stays() -> None:
    """Fields that are not set in the model are left alone in the message."""
    message = api_pb2.LinuxContainerResources(cpu_shares=2, cpuset_cpus="0,1")

    resources.write(message, LinuxResources(quota=-1))

    assert (message.cpu_shares, message.cpuset_cpus, message.cpu_quota) == (2, "0,1", -1)


def test_memory_nodes_are_written_one_by_one() -> None:
    """Sets of memory nodes have no ranges, sets of CPUs do."""
    message = api_pb2.LinuxContainerResources()

    resources.write(message, LinuxResources(cpuset_cpus=0b111, cpuset_mems=0b111))

    assert (message.cpuset_cpus, message.cpuset_mems) == ("0-2", "0,1,2")


def test_a_text_that_is_no_set_is_not_set() -> None:
    """A CPU set that cannot be read counts as not set, and its text stays in the message."""
    message = api_pb2.LinuxContainerResources(cpuset_cpus="all of them")

    assert resources.read(message).cpuset_cpus == 0
    resources.write(message, resources.read(message))
    assert message.cpuset_cpus == "all of them"
