# SPDX-License-Identifier: Apache-2.0
"""What a container wants of the static policy."""

import pytest

from resmgr import model
from resmgr.policy import interface
from resmgr.policy.static import wants


def subject(
    request: int | None = None,
    qos: model.Qos = model.Qos.GUARANTEED,
    annotations: dict[str, str] | None = None,
) -> interface.Subject:
    """A container with a CPU request in milli-CPU."""
    pod = model.Pod("p", "u", "pod", "default", qos=qos, annotations=annotations or {})
    requirements = model.Requirements(cpu_request=request)
    return interface.Subject(model.Container("u:c", "p", "c", requirements=requirements), pod)


@pytest.mark.parametrize(
    ("request_", "qos", "count"),
    [
        (1000, model.Qos.GUARANTEED, 1),
        (12000, model.Qos.GUARANTEED, 12),
        (1500, model.Qos.GUARANTEED, 0),
        (0, model.Qos.GUARANTEED, 0),
        (None, model.Qos.GUARANTEED, 0),
        (2000, model.Qos.BURSTABLE, 0),
        (2000, model.Qos.BEST_EFFORT, 0),
        (2000, model.Qos.UNKNOWN, 0),
    ],
)
def test_whole_cpus_of_guaranteed_pods_are_exclusive(
    request_: int | None, qos: model.Qos, count: int
) -> None:
    """Everything else shares."""
    assert wants.exclusive(subject(request_, qos)) == count


@pytest.mark.parametrize("value", ["1", "t", "T", "TRUE", "true", "True"])
def test_isolated_cpus_may_be_preferred(value: str) -> None:
    """By each form of true."""
    assert wants.isolated(subject(annotations={wants.ISOLATED: value})) == (True, "")


@pytest.mark.parametrize("value", [None, "0", "f", "F", "FALSE", "false", "False"])
def test_isolated_cpus_are_not_preferred(value: str | None) -> None:
    """Without the annotation, and by each form of false."""
    annotations = {} if value is None else {wants.ISOLATED: value}

    assert wants.isolated(subject(annotations=annotations)) == (False, "")


@pytest.mark.parametrize("value", ["", "yes", "TrUe", "c: true", " true"])
def test_other_values_are_complained_about(value: str) -> None:
    """They are not preferred, and a sentence says why."""
    preferred, odd = wants.isolated(subject(annotations={wants.ISOLATED: value}))

    assert not preferred
    assert repr(value) in odd
