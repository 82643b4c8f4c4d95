# SPDX-License-Identifier: Apache-2.0
"""Where the limit of a container is written."""

import pytest

from resmgr.control.memory import places
from resmgr.model import Container, Pod


def folders(parent: str, id_: str = "abc") -> tuple[str, ...]:
    """Give where the cgroup of a container may be."""
    pod = Pod("p", "u", "web", "default", cgroup_parent=parent)
    return places.folders(Container("u:main", "p", "main", id=id_), pod)


def test_both_drivers_of_the_kubelet_are_looked_for() -> None:
    """And both runtimes, in the order of the contract."""
    assert folders("/kubepods/burstable/podu") == (
        "kubepods/burstable/podu/abc",
        "kubepods/burstable/podu/cri-containerd-abc.scope",
        "kubepods/burstable/podu/cri-containerd-abc",
        "kubepods/burstable/podu/crio-abc.scope",
        "kubepods/burstable/podu/crio-abc",
    )


def test_a_slice_is_where_systemd_has_it() -> None:
    """The runtime is told its name only."""
    assert folders("kubepods-burstable-podu_1.slice")[1] == (
        "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podu_1.slice"
        "/cri-containerd-abc.scope"
    )


@pytest.mark.parametrize(
    ("parent", "id_"), [("", "abc"), ("/kubepods", ""), ("/kubepods/../..", "a"), ("/k", "../a")]
)
def test_what_names_no_cgroup_has_none(parent: str, id_: str) -> None:
    """Nor has what leads out of the hierarchy."""
    assert folders(parent, id_) == ()
