# SPDX-License-Identifier: Apache-2.0
"""Speed Select as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.sysfs import speeds, trees

from resmgr.sysfs import speedform
from resmgr.sysfs.machine import Package
from resmgr.sysfs.speed import SpeedSelect

SERVER = trees.SERVER.machine()


def packages(*found: SpeedSelect | None) -> dict[int, Package]:
    """Give the packages of a machine with what is known of them."""
    both = zip(SERVER.packages.values(), found, strict=True)
    return {package.id: replace(package, speed_select=one) for package, one in both}


@hypothesis.given(
    st.tuples(*(st.none() | speeds.selects(package.cpus) for package in SERVER.packages.values()))
)
def test_what_is_written_is_read(found: tuple[SpeedSelect | None, ...]) -> None:
    """Whatever is possible comes back; packages of which nothing is known are left out."""
    written = speedform.text(packages(*found))
    known = {id_: one for id_, one in enumerate(found) if one is not None}

    assert (speedform.read(written, SERVER.packages) if written else {}) == known


def test_nothing_is_written_where_nothing_is_known() -> None:
    """Machines without Speed Select have no such file."""
    assert speedform.text(SERVER.packages) == ""


def test_how_it_is_shown() -> None:
    """CPUs are lists, frequencies kHz."""
    found = speedform.shown(speeds.example(0b1111))

    assert found["performanceProfile"] == {
        "supported": True,
        "level": 1,
        "highest": 4,
        "locked": False,
    }
    assert found["baseFrequency"] == {"supported": True, "enabled": False, "cpus": "0"}
    assert found["turboFrequency"] == {"supported": False, "enabled": False}
    assert found["corePower"]["ordered"] is True
    assert found["corePower"]["classes"][3] == {
        "cpus": "1-3",
        "min": 800_000,
        "max": 2_000_000,
        "energyPreference": 8,
        "weight": 15,
    }


def garbled(change: Callable[[dict[str, Any]], object]) -> str:
    """Give a file in which something of package 0 is otherwise."""
    document = json.loads(speedform.text(packages(speeds.example(SERVER.packages[0].cpus), None)))
    change(document["packages"]["0"])
    return json.dumps(document)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda one: one.pop("turboFrequency"), "turboFrequency is missing, or no dict"),
        (lambda one: one["corePower"].update(enabled=1), "enabled is missing, or no bool"),
        (lambda one: one["performanceProfile"].update(level=True), "level is missing, or no int"),
        (lambda one: one["performanceProfile"].update(level=9), "package 0: profile 9 is in use"),
        (lambda one: one["baseFrequency"].update(cpus="x"), "cpus: "),
        (lambda one: one["baseFrequency"].update(cpus="0-99"), "are no online CPUs of the package"),
        (lambda one: one["corePower"]["classes"].pop(), "there are 3 classes of service"),
        (lambda one: one["corePower"].update(classes=[7]), "a class of service is no object"),
        (
            lambda one: one["corePower"]["classes"][0].update(weight=16),
            "weight is not from 0 to 15",
        ),
        (lambda one: one["corePower"]["classes"][0].update(max=-1), "max is not from 0 to"),
    ],
)
def test_what_is_no_such_file(change: Callable[[dict[str, Any]], object], why: str) -> None:
    """It may come from anybody, so the message says what is wrong."""
    with pytest.raises(speedform.BadForm, match=why):
        speedform.read(garbled(change), SERVER.packages)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it is no object"),
        ("{}", "packages is missing"),
        ('{"packages": {"2": {}}}', "there is no package '2'"),
        ('{"packages": {"0": []}}', "0 is missing, or no dict"),
    ],
)
def test_what_is_no_such_file_at_all(content: str, why: str) -> None:
    """Neither is a crash."""
    with pytest.raises(speedform.BadForm, match=why):
        speedform.read(content, SERVER.packages)
