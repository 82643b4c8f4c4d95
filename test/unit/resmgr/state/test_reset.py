# SPDX-License-Identifier: Apache-2.0
"""Forgetting the configuration or the policy."""

from pathlib import Path

import pytest
from unit.resmgr.state import samples

from resmgr.state import reset
from resmgr.state.changes import PutConfig, PutPod, PutPolicy, Saved
from resmgr.state.store import Store, read

FULL = Saved({"p1": samples.POD}, {}, "static", {"k": "1"}, {"policy": "Active: static"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that remembers something of each kind."""
    path = tmp_path / "state"
    with Store.open(path, now=samples.clock) as store:
        store.write(
            [
                PutPod(samples.POD),
                PutPolicy("static", {"k": "1"}),
                PutConfig({"policy": "Active: static"}),
            ]
        )
    return path


def run(folder: Path, *, config: bool = True, policy: bool = True) -> tuple[str, ...]:
    """Reset while nobody listens."""
    return reset.reset(
        folder, config=config, policy=policy, listening=lambda: False, now=samples.clock
    )


def test_the_configuration_is_forgotten(folder: Path) -> None:
    """Everything else stays."""
    failures = run(folder, policy=False)

    assert failures == ()
    assert read(folder) == Saved(FULL.pods, {}, "static", {"k": "1"}, None)


def test_the_policy_is_forgotten(folder: Path) -> None:
    """Its name and state go, everything else stays."""
    failures = run(folder, config=False)

    assert failures == ()
    assert read(folder) == Saved(FULL.pods, {}, "", {}, FULL.config)


def test_both_are_forgotten(folder: Path) -> None:
    """Pods and containers stay."""
    failures = run(folder)

    assert failures == ()
    assert read(folder) == Saved(FULL.pods)


def test_nothing_asked_for_is_nothing_done(folder: Path) -> None:
    """Without either flag the state is as before."""
    failures = run(folder, config=False, policy=False)

    assert failures == ()
    assert read(folder) == FULL


def test_a_living_daemon_is_left_alone(folder: Path) -> None:
    """While somebody serves the relay's socket both are refused, each with a sentence."""
    failures = reset.reset(
        folder, config=True, policy=True, listening=lambda: True, now=samples.clock
    )

    assert [one.split(":")[0] for one in failures] == [
        "cannot reset the configuration",
        "cannot reset the policy",
    ]
    assert read(folder) == FULL


def test_an_unknown_answer_is_a_refusal(folder: Path) -> None:
    """Where the socket cannot be asked, a daemon may be there."""

    def failing() -> bool:
        raise PermissionError(13, "Permission denied")

    failures = reset.reset(folder, config=True, policy=False, listening=failing, now=samples.clock)

    assert len(failures) == 1
    assert "Permission denied" in failures[0]
    assert read(folder) == FULL


def test_a_daemon_that_does_not_listen_yet_is_left_alone(folder: Path) -> None:
    """Who holds the folder is safe, too."""
    with Store.open(folder, now=samples.clock):
        failures = run(folder, policy=False)

    assert len(failures) == 1
    assert "another process" in failures[0]


def test_where_nothing_is_nothing_has_to_go(tmp_path: Path) -> None:
    """A folder that is not there is not made."""
    failures = run(tmp_path / "none")

    assert failures == ()
    assert not (tmp_path / "none").exists()
