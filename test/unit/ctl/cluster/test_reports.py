# SPDX-License-Identifier: Apache-2.0
"""NodeResourceManagers as rows."""

from typing import Any

import pytest
from unit.ctl.cluster import report

from ctl.cluster import reports
from ctl.cluster.reports import Row

SEEN = {report.NAME: "7"}


def test_a_node_that_has_what_there_is() -> None:
    """Nothing more is to be said of it."""
    assert reports.row(report.made(), SEEN) == Row(
        node="n1",
        policy="static",
        config_map=report.NAME,
        level="default",
        generation="7",
        state="applied",
        since="2026-11-22T12:00:00Z",
    )


@pytest.mark.parametrize(
    ("reason", "state", "message"),
    [
        ("Applied", "applied", ""),
        ("NoConfigMap", "none", ""),
        ("Refused", "refused", "told"),
        ("DaemonUnreachable", "unreachable", "told"),
        ("Waiting", "waiting", "told"),
        ("OfALaterVersion", "unknown", "told"),
    ],
)
def test_each_reason_is_a_state(reason: str, state: str, message: str) -> None:
    """With why, where it is not as it should be."""
    one = reports.row(report.made(reason=reason), SEEN)

    assert (one.state, one.message) == (state, message)


@pytest.mark.parametrize("reason", ["Applied", "Refused"])
def test_a_node_that_speaks_of_another_version(reason: str) -> None:
    """It is behind, or away: what it said is no answer to what there is."""
    one = reports.row(report.made(reason=reason), {report.NAME: "8"})

    word = reason.lower()
    assert (one.state, one.message) == ("behind", f"the ConfigMap is at 8; it was {word} at 7")


def test_a_node_that_speaks_of_a_config_map_that_has_gone() -> None:
    """It is behind as well."""
    assert reports.row(report.made(), {}).message == "it is gone; it was applied at 7"


@pytest.mark.parametrize("versions", [None, SEEN])
def test_a_node_that_waits_is_not_behind(versions: dict[str, str] | None) -> None:
    """It says so itself; and nobody is where ConfigMaps cannot be seen."""
    waiting = reports.row(report.made(reason="Waiting", version="6"), versions)
    applied = reports.row(report.made(version="6"), None)

    assert (waiting.state, applied.state) == ("waiting", "applied")


@pytest.mark.parametrize(
    "odd",
    [
        {"metadata": {"name": "n1"}},
        {"metadata": {"name": "n1"}, "status": {"conditions": [1, {}], "configuration": "x"}},
    ],
)
def test_what_has_not_been_written_yet(odd: dict[str, Any]) -> None:
    """Nothing is known of the node but its name."""
    assert reports.row(odd, SEEN) == Row(node="n1")


def test_rows_stand_in_order_and_are_chosen() -> None:
    """By the names of nodes."""
    given = [report.made("n2"), report.made("n1"), report.made("n3")]

    assert [one.node for one in reports.rows(given, None)] == ["n1", "n2", "n3"]
    assert [one.node for one in reports.rows(given, None, ["n3", "n4"])] == ["n3"]


def test_states_are_counted() -> None:
    """Those that are most first."""
    found = reports.rows([report.made("a", "Refused"), report.made("b"), report.made("c")], SEEN)

    assert reports.summary(found) == "3 nodes: 2 applied, 1 refused"
    assert reports.summary([]) == "0 nodes"
