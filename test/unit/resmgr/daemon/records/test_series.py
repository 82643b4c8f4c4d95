# SPDX-License-Identifier: Apache-2.0
"""Metrics of pools and containers."""

from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod

from resmgr.daemon.records import metrics, series
from resmgr.engine.engine import Engine


def page(engine: Engine) -> list[str]:
    """Give the lines of the page that are no comments."""
    lines = metrics.expose(series.families(engine)).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_pools_and_containers_have_their_cpus() -> None:
    """As the policy shows them."""
    engine = small_engine.engine(pod("web"))
    small_engine.run(engine, pod("shared"), cpus=0)
    lines = page(engine)
    own = 'namespace="default",pod="web",container="main",pool="exclusive"'

    assert 'cri_resmgr_pool_cpus{pool="default"} 5' in lines
    assert 'cri_resmgr_pool_containers{pool="default"} 1' in lines
    assert f"cri_resmgr_container_exclusive_cpus{{{own}}} 2" in lines
    assert f"cri_resmgr_container_shared_cpus{{{own}}} 0" in lines
    assert 'cri_resmgr_series_aggregated{metric="cri_resmgr_container_shared_cpus"} 0' in lines


def test_a_policy_that_shows_nothing_has_no_series() -> None:
    """But for the number of those that are not shown."""
    lines = page(small_engine.engine(pod("web"), policy="none"))

    assert len(lines) == 4
    assert all(line.startswith("cri_resmgr_series_aggregated") for line in lines)


def test_too_many_are_one() -> None:
    """The sum stays the same, and how many there are is told."""
    engine = small_engine.engine()
    for number in range(metrics.MOST + 30):
        small_engine.run(engine, pod(f"p{number:04}"), cpus=0)
    lines = [line for line in page(engine) if "container_shared_cpus" in line]
    values = [int(line.rpartition(" ")[2]) for line in lines if "series" not in line]
    other = 'namespace="other",pod="other",container="other",pool="other"'

    assert len(values) == metrics.MOST + 1
    assert sum(values) == 7 * (metrics.MOST + 30)
    assert f"cri_resmgr_container_shared_cpus{{{other}}} {7 * 30}" in lines
    assert lines[-1] == (
        'cri_resmgr_series_aggregated{metric="cri_resmgr_container_shared_cpus"} 30'
    )


def test_what_the_policy_shows_is_worked_out_once() -> None:
    """For as long as nothing happens."""
    engine = small_engine.engine(pod("web"))
    placed = series.Placements(engine)
    first = placed.pools()
    same = placed.pools()
    small_engine.run(engine, pod("db"))

    assert same is first
    assert placed.pools() is not first
    assert len(placed.assignments()) == 2
