# SPDX-License-Identifier: Apache-2.0
"""Lists of the relay against those of the runtime."""

import pytest

from ctl import lists
from resmgr.cri import api_pb2

BOTH = lists.Lists({"p1": 0}, {"c1": 1, "c2": 0})


def test_the_same_lists_do_not_differ() -> None:
    """Whatever their order."""
    assert lists.difference(lists.Lists({"p1": 0}, {"c2": 0, "c1": 1}), BOTH) == ""


@pytest.mark.parametrize(
    ("through", "told"),
    [
        (lists.Lists({}, BOTH.containers), "the relay does not show 1 pods: p1"),
        (lists.Lists(BOTH.pods, {"c1": 1}), "the relay does not show 1 containers: c2"),
        (
            lists.Lists(BOTH.pods, {**BOTH.containers, "c3": 1}),
            "the relay shows what the runtime does not have: 1 containers: c3",
        ),
        (
            lists.Lists(BOTH.pods, {"c1": 2, "c2": 0}),
            "the relay shows in another state: 1 containers: c1",
        ),
    ],
)
def test_a_difference_is_named(through: lists.Lists, told: str) -> None:
    """With its kind and the ids."""
    assert lists.difference(through, BOTH) == told


def test_many_ids_are_cut() -> None:
    """The sentence stays one that can be read."""
    many = lists.Lists({f"p{number}": 0 for number in range(50)}, {})

    assert lists.difference(lists.Lists({}, {}), many).endswith("p0, p1, p10 and 47 more")


async def test_ids_and_states_are_read() -> None:
    """Both lists are asked for by an empty request, which means all of them."""
    answers = {
        "ListPodSandbox": api_pb2.ListPodSandboxResponse(
            items=[api_pb2.PodSandbox(id="p1", state=api_pb2.SANDBOX_NOTREADY)]
        ),
        "ListContainers": api_pb2.ListContainersResponse(
            containers=[api_pb2.Container(id="c1", state=api_pb2.CONTAINER_RUNNING)]
        ),
    }

    async def call(method: str) -> bytes:
        return answers[method].SerializeToString()

    assert await lists.fetch(call) == lists.Lists({"p1": 1}, {"c1": 1})
