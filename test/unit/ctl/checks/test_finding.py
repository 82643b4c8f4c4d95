# SPDX-License-Identifier: Apache-2.0
"""Findings of checks."""

from ctl.checks import finding
from ctl.checks.finding import Verdict


def test_each_verdict_has_its_maker() -> None:
    """What is fine needs no remedy, what is wrong always has one."""
    assert finding.ok("a", "b") == finding.Finding("a", Verdict.OK, "b", "")
    assert finding.note("a", "b").verdict is Verdict.NOTE
    assert finding.unknown("a", "b", "c").verdict is Verdict.UNKNOWN
    assert finding.wrong("a", "b", "c") == finding.Finding("a", Verdict.WRONG, "b", "c")
