# SPDX-License-Identifier: Apache-2.0
"""What is said about DaemonSets (Gardener contract, section 4.5)."""

from typing import Any

import pytest
from garden import rollouts


def daemon_set(*, most: int | str = 1, observed: int = 2, **status: int) -> dict[str, Any]:
    """Give a DaemonSet on three nodes, all well but for what is said."""
    counts = {
        "observedGeneration": observed,
        "desiredNumberScheduled": 3,
        "currentNumberScheduled": 3,
        "updatedNumberScheduled": 3,
        "numberMisscheduled": 0,
    }
    return {
        "metadata": {"generation": 2},
        "spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": most}}},
        "status": counts | status,
    }


def test_well() -> None:
    """Every node has a pod of the latest template that is available."""
    assert rollouts.worst([daemon_set()]) == (rollouts.NOTHING, rollouts.NOTHING)


def test_no_nodes() -> None:
    """A DaemonSet without nodes is well; counts of zero are left out of a status."""
    none = daemon_set(desiredNumberScheduled=0, currentNumberScheduled=0)
    del none["status"]["updatedNumberScheduled"]

    assert rollouts.worst([none]) == (rollouts.NOTHING, rollouts.NOTHING)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (daemon_set(observed=1), "observed generation outdated (1/2)"),
        (daemon_set(currentNumberScheduled=2), "not enough current pods (2/3)"),
        (daemon_set(numberMisscheduled=1), "1 misscheduled pods"),
        (daemon_set(numberUnavailable=1), "too many unavailable pods (1/0)"),
        (
            daemon_set(updatedNumberScheduled=1, numberUnavailable=2),
            "too many unavailable pods (2/1)",
        ),
        (daemon_set(updatedNumberScheduled=1, numberUnavailable=3, most="100%"), ""),
        (daemon_set(updatedNumberScheduled=3, numberUnavailable=3, most="100%"), "(3/0)"),
    ],
)
def test_health(seen: dict[str, Any], said: str) -> None:
    """While a roll-out goes on, maxUnavailable pods may be unavailable; afterwards none."""
    found = rollouts.unhealthy(seen)

    assert found.endswith(said)
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (daemon_set(observed=1), "observed generation outdated (1/2)"),
        (daemon_set(updatedNumberScheduled=1), "1 of 3 pods are updated"),
        (daemon_set(numberUnavailable=3), ""),
    ],
)
def test_progress(seen: dict[str, Any], said: str) -> None:
    """A roll-out ends when all pods are of the latest template, Ready or not."""
    assert rollouts.progressing(seen) == said


def test_each_is_told_of_the_daemon_set_that_it_is_of() -> None:
    """One may be unhealthy while another one is being updated."""
    rolling, ill = daemon_set(updatedNumberScheduled=1), daemon_set(numberUnavailable=1)
    rolling["metadata"]["name"], ill["metadata"]["name"] = "rolling", "ill"

    assert rollouts.worst([rolling, ill]) == (
        ("ill", "too many unavailable pods (1/0)"),
        ("rolling", "1 of 3 pods are updated"),
    )
