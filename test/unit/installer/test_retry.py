# SPDX-License-Identifier: Apache-2.0
"""When a node that was rolled back is tried again."""

import pytest

from installer import retry, status


def after(failures: int) -> status.Status:
    """A node on which `v1` failed so many times, each at the moment 1000 of boot `b`."""
    standing = status.Status()
    for _ in range(failures):
        standing = retry.failed(standing, "v1", "b", 1000.0)
    return standing


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0.0), (1, 300.0), (2, 900.0), (3, 1800.0), (4, 3600.0)]
)
def test_it_waits_longer_each_time(failures: int, seconds: float) -> None:
    """The first failure costs five minutes, the fourth an hour."""
    assert retry.due(after(failures), "v1", "b", 1000.0) == seconds


def test_it_gives_up() -> None:
    """After five failures nothing is tried any more, not even after a boot."""
    assert retry.due(after(5), "v1", "b", 1e9) is None
    assert retry.due(after(5), "v1", "another boot", 0.0) is None


def test_time_passes() -> None:
    """The wait gets shorter, and never negative."""
    assert retry.due(after(1), "v1", "b", 1200.0) == 100.0
    assert retry.due(after(1), "v1", "b", 5000.0) == 0.0


def test_a_boot_ends_the_wait() -> None:
    """Seconds of another boot say nothing; the failures still count."""
    standing = after(2)

    assert retry.due(standing, "v1", "c", 0.0) == 0.0
    assert retry.due(retry.failed(standing, "v1", "c", 0.0), "v1", "c", 0.0) == 1800.0


def test_something_new_begins_anew() -> None:
    """Another bundle, configuration or pod is tried at once, and counts from one."""
    standing = after(5)

    assert retry.due(standing, "v2", "b", 1000.0) == 0.0
    assert retry.failed(standing, "v2", "b", 1000.0).failures == 1


def test_success_forgets() -> None:
    """A node that came back is as one that never failed."""
    assert retry.due(retry.succeeded(after(4)), "v1", "b", 1000.0) == 0.0
