# SPDX-License-Identifier: Apache-2.0
"""When a kubelet was not well."""

import pytest

from bench.node import health, poll


def test_an_outage_is_between_two_good_answers() -> None:
    """From the first bad answer to the next good one."""
    assert health.outages(["1.0 1\n", "2.0 0\n", "2.5 1\n", "3.0 0\n", "4.0 1\n"]) == (
        health.Outage(2.0, 2.5),
        health.Outage(3.0, 4.0),
    )


@pytest.mark.parametrize(
    "lines",
    [
        [],
        pytest.param(["1.0 0\n", "2.0 1\n"], id="it was not well when the watching began"),
        pytest.param(["1.0 1\n", "2.0 0\n"], id="it has not ended"),
    ],
)
def test_what_is_no_outage(lines: list[str]) -> None:
    """Both ends have to be seen."""
    assert health.outages(lines) == ()


def test_the_length_of_an_outage() -> None:
    """In seconds."""
    assert health.Outage(2.0, 2.5).seconds == 0.5


def test_nobody_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kubelet that is not there is no error of who asks."""
    monkeypatch.setattr(poll, "ADDRESS", ("127.0.0.1", 1))

    assert not poll.well()
