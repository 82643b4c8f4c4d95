# SPDX-License-Identifier: Apache-2.0
"""Modules below `resource-manager`."""

from collections.abc import Callable

import pytest

Judge = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "data",
    [
        "",
        (
            "control: {Controllers: {cri: required, rdt: Optional, blockio: DISABLED, "
            "cpu: mandatory, memory: relaxed}}"
        ),
        (
            "control: {page-migration: {PageScanInterval: 10s, PageMoveInterval: 1m30s, "
            "MaxPageMoveCount: 1000}}"
        ),
        "control.page-migration: {PageScanInterval: '0'}",
    ],
)
def test_right_data(judge: Judge, data: str) -> None:
    """Modes in any case, durations as text."""
    assert judge(f"resource-manager: {{{data}}}") == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (
            "control: {Controllers: {cri: requxred}}",
            'unknown value "requxred", did you mean required',
        ),
        ("control: {Controllers: {cri: true}}", "Controllers.cri: expected one of disabled"),
        (
            "control: {Controllers: {cpus: required}}",
            "Controllers.cpus: unknown key, did you mean cpu",
        ),
        (
            "control: {page-migration: {PageScanInterval: 10}}",
            "PageScanInterval: expected duration, got a number",
        ),
        (
            "control: {page-migration: {PageScanInterval: 10}}",
            "resource-manager.control.page-migration.PageScanInterval",
        ),
        ("control: {page-migration: {PageMoveInterval: 10 s}}", '"10 s" is not a duration'),
        ("control: {page-migration: {MaxPageMoveCount: -1}}", "-1 is not between"),
        (
            "Controllers: {}",
            (
                "resource-manager.Controllers: unknown module, and resource-manager has no "
                "keys of its own"
            ),
        ),
    ],
)
def test_wrong_data(judge: Judge, data: str, wrong: str) -> None:
    """Data in the implicit module, controllers that do not exist."""
    problems = judge(f"resource-manager: {{{data}}}")

    assert len(problems) == 1
    assert wrong in problems[0]
