# SPDX-License-Identifier: Apache-2.0
"""What waits while controller `cri` is disabled."""

from resmgr.control.cri import scope
from resmgr.model import Container, ContainerState, LinuxResources

HAS = LinuxResources(cpuset_cpus=0xFF)
MEANT = LinuxResources(cpuset_cpus=0x3)


def container(name: str, state: ContainerState, linux: LinuxResources = MEANT) -> Container:
    """Make one."""
    return Container(name, "p", name, id=name, state=state, linux=linux)


def test_those_that_have_something_else_than_decided_are_updated() -> None:
    """Not those that are about to be made, have ended, have gone, or have it by now."""
    known = {
        "run": container("run", ContainerState.RUNNING),
        "made": container("made", ContainerState.CREATED),
        "creating": container("creating", ContainerState.CREATING),
        "over": container("over", ContainerState.EXITED),
        "same": container("same", ContainerState.RUNNING, HAS),
    }
    withheld = dict.fromkeys([*known, "gone"], HAS)

    assert [one.name for one in scope.waiting(withheld, known)] == ["made", "run"]
