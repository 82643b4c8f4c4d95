# SPDX-License-Identifier: Apache-2.0
"""Which pool a pod goes to."""

import pytest

from resmgr.model import Pod
from resmgr.policy.podpools import choose
from resmgr.policy.podpools.layout import Fill, Layout, Pool


def laid(fill: Fill = Fill.BALANCED, max_pods: int = 2) -> Layout:
    """Three instances beside the built-in pools."""
    own = [Pool("own", number, 0b1, max_pods=max_pods) for number in range(3)]
    return Layout(
        (Pool("reserved", 0, 0b1), Pool("default", 0, 0b1, max_pods=1), *own),
        {"reserved": (0,), "default": (1,), "own": (2, 3, 4)},
        {"own": fill},
    )


@pytest.mark.parametrize(
    ("namespace", "annotations", "result", "wrong"),
    [
        ("default", {}, "default", ""),
        ("kube-system", {}, "reserved", ""),
        ("kube-system", {choose.ANNOTATION: "own"}, "own", ""),
        ("default", {choose.ANNOTATION: "reserved"}, "reserved", ""),
        ("default", {f"{choose.ANNOTATION}/pod": "own"}, "own", ""),
        ("default", {f"{choose.ANNOTATION}/container.c": "own"}, "default", ""),
        ("kube-system", {choose.ANNOTATION: "owm"}, "default", "'owm', which is not defined"),
    ],
)
def test_definition(namespace: str, annotations: dict[str, str], result: str, wrong: str) -> None:
    """What the pod's annotation names, else by its namespace; never an error."""
    found, why = choose.definition(laid(), Pod("i", "u", "p", namespace, annotations=annotations))

    assert found == result
    assert wrong in why
    assert bool(wrong) == bool(why)


@pytest.mark.parametrize(
    ("fill", "max_pods", "pods", "position"),
    [
        (Fill.BALANCED, 2, (1, 0, 0), 3),
        (Fill.BALANCED, 2, (1, 1, 1), 2),
        (Fill.BALANCED, 0, (9, 8, 9), 3),
        (Fill.PACKED, 2, (0, 1, 1), 3),
        (Fill.PACKED, 2, (1, 2, 0), 2),
        (Fill.PACKED, 2, (0, 0, 0), 2),
        (Fill.FIRST_FREE, 2, (1, 0, 0), 2),
        (Fill.FIRST_FREE, 2, (2, 1, 0), 3),
    ],
)
def test_instance(fill: Fill, max_pods: int, pods: tuple[int, int, int], position: int) -> None:
    """By fill order, and the first of equal ones."""
    counts = (0, 0, *pods)

    assert choose.instance(laid(fill, max_pods), "own", counts.__getitem__) == (position, "")


@pytest.mark.parametrize("max_pods", [2, -1])
def test_who_finds_no_room_goes_to_the_default_pool(max_pods: int) -> None:
    """However full that is, and with a reason."""
    found, why = choose.instance(laid(max_pods=max_pods), "own", lambda _: 2)

    assert found == 1
    assert why == "no instance of pool own has room for a further pod"
    assert choose.instance(laid(), "default", lambda _: 2)[0] == 1
