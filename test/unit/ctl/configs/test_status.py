# SPDX-License-Identifier: Apache-2.0
"""`config status`: how nodes are shown; with a real cluster in test/integration/ctl."""

import io
import json

import yaml
from unit.ctl.cluster import report

from ctl import output, terminal
from ctl.cluster import reports
from ctl.cluster.reports import Row
from ctl.configs import status

NOW = 1_795_348_800.0 + 3 * 3600
GIVEN = [report.made("n1"), report.made("n2", "Refused", message="policy.Actve: unknown key")]
ROWS = reports.rows(GIVEN, {report.NAME: "7"})


def told(form: str, *looks: list[Row]) -> str:
    """Give what is written while it is followed, where there is no terminal."""
    out = io.StringIO()
    status.follow(looks, form, terminal.Terminal(io.StringIO(), out), out)
    return out.getvalue()


def test_it_is_a_table_with_a_sum() -> None:
    """A row a node, with why it has refused."""
    out = io.StringIO()
    status.write(output.Screen(out), ROWS, NOW)

    _, first, second, _, total = out.getvalue().splitlines()
    assert first.split() == ["n1", "static", report.NAME, "7", "applied", "3h", "-"]
    assert second.endswith("refused  3h   policy.Actve: unknown key")
    assert total == "2 nodes: 1 applied, 1 refused"


def test_no_node_is_a_sum_alone() -> None:
    """There is nothing for a table."""
    out = io.StringIO()
    status.write(output.Screen(out), [], NOW)

    assert out.getvalue() == "0 nodes\n"


def test_changes_are_lines() -> None:
    """Each node that is not as it was, and those that went."""
    one, other = ROWS
    repaired = reports.row(report.made("n2"))

    lines = told("json", [one, other], [one, other], [one, repaired], [repaired]).splitlines()
    found = [json.loads(line) for line in lines]
    assert [(each["node"], each["state"]) for each in found] == [
        ("n1", "applied"),
        ("n2", "refused"),
        ("n2", "applied"),
        ("n1", "gone"),
    ]


def test_changes_for_people_and_as_yaml() -> None:
    """A line, or a document."""
    shown = told("table", ROWS[:1])

    assert shown.startswith(f"n1  static  {report.NAME}  7  applied  ")
    assert yaml.safe_load(told("yaml", ROWS[:1]))["node"] == "n1"
