# SPDX-License-Identifier: Apache-2.0
"""What containers ask of static-pools."""

import json

import pytest

from resmgr.model import Container, Pod
from resmgr.policy.interface import Subject
from resmgr.policy.static_pools import wants
from resmgr.policy.static_pools.wants import Wants

COMMAND = ("cmk", "isolate", "--pool=p", "--socket-id=1", "--no-affinity", "run")


def subject(
    command: tuple[str, ...] = (),
    cores: object = None,
    text: str | None = None,
    **env: str,
) -> Subject:
    """A container, with so many lists requested in the webhook's annotation or another text."""
    requests = {} if cores is None else {"requests": {wants.CORES: cores}}
    annotation = json.dumps({"containers": {"c": requests}}) if text is None else text
    container = Container("c", "p", "c", command=command, args=(), env=tuple(env.items()))
    return Subject(container, Pod("p", "p", "p", "d", annotations={wants.REQUESTS: annotation}))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (subject(), Wants()),
        (subject(COMMAND), Wants("p", 1, affinity=False, rest=("run",))),
        (subject(COMMAND, STP_POOL="q"), Wants("q", 1, affinity=False, rest=("run",))),
        (subject(COMMAND, STP_SOCKET_ID="0"), Wants("p", 0, affinity=False, rest=("run",))),
        (subject(STP_NO_AFFINITY=""), Wants(affinity=False)),
        (subject(STP_POOL="infra", STP_SOCKET_ID="1"), Wants("infra")),
        (subject(cores="2", CMK_NUM_CORES="2"), Wants(count=2)),
    ],
)
def test_the_environment_counts_above_the_command_line(given: Subject, found: Wants) -> None:
    """Pool infra is that of any socket."""
    assert wants.of(given) == found


def test_what_is_doubtful_is_told() -> None:
    """A socket that is no number is not looked at, nor is CMK's own number of lists."""
    found = wants.of(subject(cores=1, STP_SOCKET_ID="one", CMK_NUM_CORES="2"))

    assert (found.socket, found.count) == (-1, 1)
    assert [text.split()[0] for text in found.odd] == ["STP_SOCKET_ID", "CMK_NUM_CORES"]


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (subject(cores="3"), 3),
        (subject(cores=2), 2),
        (subject(cores="-1"), 0),
        (subject(cores="x"), 0),
        (subject(cores="1500m"), 1),
        (subject(text=""), 0),
        (subject(text="{"), 0),
        (subject(text="[]"), 0),
        (subject(text='{"containers": {"c": 1}}'), 0),
        (subject(text=json.dumps({"containers": {"c": {"limits": {wants.CORES: "4"}}}})), 4),
        (subject(text=json.dumps({"initContainers": {"c": {"requests": {wants.CORES: 5}}}})), 5),
    ],
)
def test_lists_are_requested_by_an_extended_resource(given: Subject, count: int) -> None:
    """As the webhook has it from the pod; what cannot be read is none."""
    assert wants.cores(given) == count
