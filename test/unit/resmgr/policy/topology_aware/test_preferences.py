# SPDX-License-Identifier: Apache-2.0
"""What annotations say."""

import pytest

from resmgr.model import Pod
from resmgr.policy.topology_aware import memory, preferences
from resmgr.policy.topology_aware.options import Options
from resmgr.policy.topology_aware.preferences import Preferences, Wish

NS = preferences.DOMAIN


def of(container: str = "c", **said: str) -> Preferences:
    """Read annotations: `_` stands for `-`, `x__pod` for a scope, `old_x` for the former form."""
    annotations = {}
    for name, value in said.items():
        what, _, scope = name.partition("__")
        old = what.startswith("old_")
        key = what.removeprefix("old_").replace("_", "-")
        full = f"{NS}/{key}" if old else f"{key}.{NS}"
        scope = scope.replace("_", ".", 1)
        annotations[f"{full}/{scope}" if scope else full] = value
    return preferences.of(Pod("p", "u", "p", "ns", annotations=annotations), container, Options())


def test_nothing_said_is_the_default() -> None:
    """Isolated CPUs are preferred, shared ones are not; neither is stated."""
    assert of() == Preferences(Wish(value=True), Wish(value=False), None, 0, 0.0)


def test_the_narrowest_scope_counts() -> None:
    """Container before pod before bare, even if its value is wrong."""
    said = {
        "prefer_shared_cpus__container_c": "maybe",
        "prefer_shared_cpus__pod": "true",
        "prefer_shared_cpus": "true",
    }

    assert of(**said).shared == Wish(value=False)
    assert of("other", **said).shared == Wish(value=True, explicit=True)
    assert "'maybe', neither true nor false" in of(**said).doubts[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", Wish(value=True, explicit=True)),
        ("false", Wish(value=False, explicit=True)),
        ("c: false", Wish(value=False, explicit=True)),
        ('c: "true"', Wish(value=True, explicit=True)),
        ("d: false", Wish(value=True)),
        ("c: maybe", Wish(value=True)),
        ("[", Wish(value=True)),
        ("maybe", Wish(value=True)),
    ],
)
def test_the_former_form_is_understood(text: str, expected: Wish) -> None:
    """For all containers or by name; it is always told that it is deprecated."""
    found = of(old_prefer_isolated_cpus=text)

    assert found.isolated == expected
    assert "is deprecated" in found.doubts[0]


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("0", False), ("yes", None)])
def test_reserved_cpus_are_wished_for(text: str, expected: bool | None) -> None:  # noqa: FBT001
    """There is no former form of this."""
    assert of(prefer_reserved_cpus=text).reserved is expected
    assert of(old_prefer_reserved_cpus=text).reserved is None


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ({"memory_type": "dram,pmem"}, memory.DRAM | memory.PMEM),
        ({"memory_type": ""}, 0),
        ({"memory_type": "ram"}, 0),
        ({"old_memory_type": "PMEM"}, memory.PMEM),
        ({"old_memory_type": "c: hbm"}, memory.HBM),
        ({"old_memory_type": "d: hbm"}, 0),
        ({"memory_type": "dram", "old_memory_type": "pmem"}, memory.DRAM),
    ],
)
def test_kinds_of_memory_are_read(said: dict[str, str], kinds: int) -> None:
    """What is wrong is as if nothing was said."""
    assert of(**said).memory == kinds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"cold_start": "duration: 60s"}, 60),
        ({"cold_start": "Duration: 1m30s"}, 90),
        ({"cold_start": "{duration: 1h}"}, 3600),
        ({"cold_start": "duration: 0"}, 0),
        ({"cold_start": "duration: 2h"}, 0),
        ({"cold_start": "duration: -5s"}, 0),
        ({"cold_start": "duration: 60"}, 0),
        ({"cold_start": "duration: soon"}, 0),
        ({"cold_start": "time: 60s"}, 0),
        ({"cold_start": "60s"}, 0),
        ({"cold_start": "["}, 0),
        ({"old_cold_start": "c: {duration: 5s}"}, 5),
        ({"old_cold_start": "d: {duration: 5s}"}, 0),
        ({"old_cold_start": "60s"}, 0),
    ],
)
def test_cold_starts_are_read(said: dict[str, str], seconds: float) -> None:
    """What is wrong or too long is no cold start."""
    assert of(**said).cold == seconds


@pytest.mark.parametrize("text", ["duration: 2h", "time: 60s", "60s", "["])
def test_a_wrong_cold_start_is_told(text: str) -> None:
    """With the value and why."""
    assert "annotation cold-start is" in of(cold_start=text).doubts[0]
