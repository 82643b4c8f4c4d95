# SPDX-License-Identifier: Apache-2.0
"""The page for Prometheus."""

import pytest
from prometheus_client import parser

from controller import metrics


@pytest.fixture
def told() -> metrics.Metrics:
    """Metrics of a process that has not done anything."""
    return metrics.Metrics(version="1.2.3", leader_lease="the-lease")


def samples(told: metrics.Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    """Read the page back: name and label values, sorted by label name, to value."""
    body, _ = told.expose()
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parser.text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_fresh_page(told: metrics.Metrics) -> None:
    """Results, leadership and build are there from the start, so that rates and alerts work."""
    page = samples(told)

    assert page["controller_runtime_reconcile_total", ("extension", "error")] == 0
    assert page["leader_election_master_status", ("the-lease",)] == 0
    assert any(name == "cri_resmgr_extension_build_info" for name, _ in page)


def test_no_creation_times(told: metrics.Metrics) -> None:
    """The library's creation times are left out."""
    told.ended(0.1, "success", 0)

    assert not [name for name, _ in samples(told) if name.endswith("_created")]


def test_reconciles(told: metrics.Metrics) -> None:
    """Counts, durations and work in flight follow the queue."""
    told.workers(5)
    told.added(1)
    told.added(2)
    told.started(0.2, 1, 1)
    told.ended(0.3, "error", 0)

    page = samples(told)
    assert page["workqueue_adds_total", ("extension",)] == 2
    assert page["workqueue_depth", ("extension",)] == 1
    assert page["workqueue_retries_total", ("extension",)] == 1
    assert page["workqueue_queue_duration_seconds_sum", ("extension",)] == 0.2
    assert page["controller_runtime_reconcile_total", ("extension", "error")] == 1
    assert page["controller_runtime_reconcile_errors_total", ("extension",)] == 1
    assert page["controller_runtime_reconcile_time_seconds_count", ("extension",)] == 1
    assert page["controller_runtime_active_workers", ("extension",)] == 0
    assert page["controller_runtime_max_concurrent_reconciles", ("extension",)] == 5


def test_requests(told: metrics.Metrics) -> None:
    """Requests are counted by code and method; no answer is a code of its own."""
    told.request("GET", 200)
    told.request("GET", 0)
    told.request("BREW", 418)

    page = samples(told)
    assert page["rest_client_requests_total", ("200", "GET")] == 1
    assert page["rest_client_requests_total", ("<error>", "GET")] == 1
    assert page["rest_client_requests_total", ("418", "other")] == 1


def test_health_of_a_shoot(told: metrics.Metrics) -> None:
    """A condition is 1 when True and 0 otherwise."""
    told.health("a", {"SystemComponentsHealthy": "True", "Other": "Progressing"})
    told.rolled_back("a", 2)

    page = samples(told)
    assert page["cri_resmgr_extension_health", ("SystemComponentsHealthy", "a")] == 1
    assert page["cri_resmgr_extension_health", ("Other", "a")] == 0
    assert page["cri_resmgr_extension_rolled_back_nodes", ("a",)] == 2


def test_gone_shoot(told: metrics.Metrics) -> None:
    """The series of a shoot go with it."""
    told.health("a", {"SystemComponentsHealthy": "True"})
    told.rolled_back("a", 2)
    told.warnings("a", 1)
    told.gone("a")

    assert not [key for key in samples(told) if "a" in key[1]]


def test_warnings_of_a_shoot(told: metrics.Metrics) -> None:
    """The number of warnings is that of the last reconcile; none is a number, too."""
    told.warnings("a", 2)
    told.warnings("b", 3)
    told.warnings("b", 0)

    page = samples(told)
    assert page["cri_resmgr_extension_config_warnings", ("a",)] == 2
    assert page["cri_resmgr_extension_config_warnings", ("b",)] == 0


def test_label_of_shoots(told: metrics.Metrics) -> None:
    """A shoot is in a label that a scrape of the controller's pod does not use."""
    told.health("a", {"SystemComponentsHealthy": "True"})
    told.rolled_back("a", 2)
    told.warnings("a", 2)

    body, _ = told.expose()

    lines = [line for line in body.decode().splitlines() if '="a"' in line]
    assert len(lines) == 3
    assert all('shoot="a"' in line for line in lines)


def test_unknown_nodes(told: metrics.Metrics) -> None:
    """A shoot whose nodes are not known has no number of them."""
    told.rolled_back("a", 2)
    told.rolled_back("a", None)

    assert ("cri_resmgr_extension_rolled_back_nodes", ("a",)) not in samples(told)


def test_leadership_and_configs(told: metrics.Metrics) -> None:
    """Leadership and validity of the operator's configs are 0 or 1."""
    told.leading(True)  # noqa: FBT003 - the callback of leader election
    told.operator_configs(valid=True)

    page = samples(told)
    assert page["leader_election_master_status", ("the-lease",)] == 1
    assert page["cri_resmgr_extension_operator_configs_valid", ()] == 1


def test_two_processes_in_one() -> None:
    """Nothing is shared: two sets of metrics can live side by side."""
    one = metrics.Metrics(version="1", leader_lease="a")
    other = metrics.Metrics(version="1", leader_lease="a")
    one.added(1)

    assert samples(other)["workqueue_adds_total", ("extension",)] == 0
