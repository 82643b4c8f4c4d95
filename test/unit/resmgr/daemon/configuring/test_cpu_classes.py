# SPDX-License-Identifier: Apache-2.0
"""Classes of CPUs that nobody has defined."""

from typing import Any

import pytest

from resmgr.daemon.configuring import cpu_classes
from resmgr.daemon.configuring.configuration import Judge

TURBO = "cpu: {classes: {turbo: {minFreq: 2000000}}}\n"
TYPE = "BalloonTypes: [{Name: a, Namespaces: [a]}, {Name: b, CpuClass: tubro}]"


def told(text: str) -> tuple[str, ...]:
    """Give the warnings of a configuration."""
    judge = Judge(("balloons", "dynamic-pools", "podpools", "none"), {})
    return judge.of_text(TURBO + text).warnings


@pytest.mark.parametrize(
    ("policy", "given", "warning"),
    [
        (
            "balloons",
            TYPE,
            "BalloonTypes[1].CpuClass: CPU class tubro is not configured; did you mean turbo",
        ),
        (
            "balloons",
            "IdleCPUClass: slow",
            "IdleCPUClass: CPU class slow is not configured; define it in cpu.classes",
        ),
        (
            "dynamic-pools",
            "DynamicPoolTypes: [{Name: a, CPUClass: x}]",
            "DynamicPoolTypes[0].CPUClass: CPU class x is not configured; define it in cpu.classes",
        ),
    ],
)
def test_a_class_that_is_not_defined_is_a_warning(policy: str, given: str, warning: str) -> None:
    """With its place, and what was probably meant."""
    (text,) = told(f"policy: {{Active: {policy}, {policy}: {{{given}}}}}")

    assert text.replace(", its CPUs are left as they were", "") == f"policy.{policy}.{warning}"


@pytest.mark.parametrize(
    "text",
    [
        "policy: {Active: balloons, balloons: {IdleCPUClass: turbo}}",
        "policy: {Active: balloons, balloons: {IdleCPUClass: ''}}",
        "policy: {Active: balloons, balloons: {BalloonTypes: [{Name: a, CPUClass: ~}]}}",
        f"policy: {{Active: podpools, balloons: {{{TYPE}}}}}",
        "policy: {Active: balloons}",
        "",
    ],
)
def test_nothing_to_tell(text: str) -> None:
    """Classes that are there, no class at all, and those of policies that are not active."""
    assert told(text) == ()


@pytest.mark.parametrize("laid", [{}, {"policy": None}, {"policy": {"Active": "balloons"}}])
def test_what_is_not_given_names_no_class(laid: dict[str, Any]) -> None:
    """Modules may be missing."""
    assert list(cpu_classes.missing(laid)) == []
