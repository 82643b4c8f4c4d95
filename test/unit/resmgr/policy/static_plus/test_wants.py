# SPDX-License-Identifier: Apache-2.0
"""What containers ask of static-plus."""

import pytest

from resmgr.model import Container, Pod, Requirements
from resmgr.policy import annotations
from resmgr.policy.interface import Subject
from resmgr.policy.static_plus import wants


def subject(request: int | None, namespace: str = "default", wish: str | None = None) -> Subject:
    """A container with a request in milli-CPU, and its pod's wish."""
    noted = {} if wish is None else {annotations.PREFER_ISOLATED: wish}
    container = Container("c", "p", "c", requirements=Requirements(cpu_request=request))
    return Subject(container, Pod("p", "p", "p", namespace, annotations=noted))


@pytest.mark.parametrize(
    ("request_", "full", "part"),
    [(None, 0, 0), (0, 0, 0), (999, 0, 999), (1000, 1, 0), (2500, 2, 500), (-5, 0, 0)],
)
def test_a_request_is_divided(request_: int | None, full: int, part: int) -> None:
    """Whole CPUs are for the container alone, whatever its pod's class is."""
    assert wants.of(subject(request_)) == wants.Wants(full, part)


def test_system_containers_have_nothing_for_themselves() -> None:
    """Their whole request is a part of the reserved CPUs."""
    assert wants.of(subject(2500, "kube-system")) == wants.Wants(0, 2500, system=True)


@pytest.mark.parametrize(
    ("wish", "isolated", "odd"), [("true", True, ""), ("f", False, ""), ("maybe", False, "'maybe'")]
)
def test_isolated_cpus_are_preferred(wish: str, isolated: bool, odd: str) -> None:  # noqa: FBT001
    """Unless the pod opts out; what is neither true nor false does so, too, and is told."""
    found = wants.of(subject(1000, wish=wish))

    assert found.isolated is isolated
    assert (odd in found.odd) if odd else not found.odd
