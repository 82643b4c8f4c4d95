# SPDX-License-Identifier: Apache-2.0
"""The order of configurations at start."""

from collections.abc import Mapping

import pytest

from resmgr.daemon.configuring import sources
from resmgr.daemon.configuring.configuration import CannotRead, Judge, Judged
from resmgr.daemon.configuring.sources import Origin, Unusable

FILES = {
    "/force": "policy: {Active: static}",
    "/fallback": "logger: {Debug: policy}",
    "/bad": "policy: {Actve: static}\ndump: {File: 3}",
}

KEPT = {"policy": "Active: static"}


class TooSmallError(Exception):
    """What the machine may say to a configuration."""


def read(path: str) -> str:
    """Give the text of a made-up file."""
    if path not in FILES:
        raise CannotRead(f"cannot read configuration {path}: there is none")
    return FILES[path]


def choose(
    *,
    forced: str = "",
    fallback: str = "",
    kept: Mapping[str, str] | None = None,
    refuse: str = "",
) -> tuple[Origin, str, list[str]]:
    """Give which source was chosen, its policy, and what was warned of."""
    judge = Judge(("none", "static"), {})
    warnings: list[str] = []

    def accept(judged: Judged) -> str:
        if judged.settings.policy.active == refuse:
            raise TooSmallError("the machine has too few CPUs")
        return judged.settings.policy.active

    found = sources.in_order(judge, forced=forced, fallback=fallback, kept=kept, read=read)
    source, _, name = sources.first(found, accept, (TooSmallError,), warnings.append)
    return source.origin, name, warnings


def test_a_forced_configuration_counts_above_all() -> None:
    """What the node agent gave is not looked at."""
    assert choose(forced="/force", kept={})[:2] == (Origin.FORCED, "static")


def test_what_the_agent_gave_last_counts_above_the_fallback() -> None:
    """The fallback is for a node that has never had one."""
    assert choose(fallback="/fallback", kept=KEPT)[:2] == (Origin.KEPT, "static")


def test_an_empty_configuration_of_the_agent_is_one() -> None:
    """It sets everything to its defaults."""
    assert choose(fallback="/fallback", kept={})[:2] == (Origin.KEPT, "none")


def test_the_fallback_counts_where_nothing_was_kept() -> None:
    """The file that the unit names."""
    assert choose(fallback="/fallback")[0] is Origin.FALLBACK


def test_without_any_there_are_defaults() -> None:
    """The daemon starts without a configuration."""
    assert choose() == (Origin.NOTHING, "none", [])


@pytest.mark.parametrize("kept", [{"policy": "Actve: x"}, {"policy": "Active: static"}])
def test_a_kept_configuration_that_does_not_fit_is_passed_over(kept: dict[str, str]) -> None:
    """Wrong by itself or for the machine: a warning, and the next one counts."""
    origin, _, warnings = choose(fallback="/fallback", kept=kept, refuse="static")

    assert origin is Origin.FALLBACK
    assert len(warnings) == 1
    assert warnings[0].startswith("cannot use the configuration that the node agent gave last:")


def test_a_bad_forced_configuration_ends_the_start() -> None:
    """One message that names the file and every problem, each on a line."""
    with pytest.raises(Unusable) as caught:
        choose(forced="/bad")

    assert str(caught.value).splitlines() == [
        "cannot use the forced configuration /bad:",
        "  policy.Actve: unknown key, did you mean Active",
        "  dump.File: expected file, got a number, put it in quotes",
    ]


def test_a_missing_fallback_ends_the_start() -> None:
    """An operator has named the file."""
    with pytest.raises(Unusable, match="cannot use the fallback configuration /nope: cannot read"):
        choose(fallback="/nope")


def test_a_configuration_that_the_machine_refuses_ends_the_start() -> None:
    """Judged right, but there are too few CPUs for it."""
    with pytest.raises(Unusable, match="too few CPUs"):
        choose(forced="/force", refuse="static")
