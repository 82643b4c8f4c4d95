# SPDX-License-Identifier: Apache-2.0
"""What Prometheus is told, read by its own parser."""

import pytest
from prometheus_client import parser
from unit.agent.core import books

from agent.core import figures


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Give values by name and the values of labels."""
    return {
        (one.name, *one.labels.values()): one.value
        for family in parser.text_string_to_metric_families(text)
        for one in family.samples
    }


def test_the_state_of_a_node() -> None:
    """The generation is the resourceVersion that was taken."""
    found = samples(figures.page(books.of("taken"), figures.Counted(), "1.2"))

    assert found["cri_resmgr_agent_daemon_connected",] == 1
    assert found["cri_resmgr_agent_configuration_applied",] == 1
    assert found["cri_resmgr_agent_configuration_generation",] == 7
    assert found["cri_resmgr_agent_build_info", "1.2"] == 1


@pytest.mark.parametrize("name", ["nothing is known", "refused", "unreached", "waiting"])
def test_what_was_not_taken_is_not_applied(name: str) -> None:
    """Nor does it have a generation."""
    found = samples(figures.page(books.of(name), figures.Counted(), "1"))

    assert found["cri_resmgr_agent_configuration_applied",] == 0
    assert found["cri_resmgr_agent_configuration_generation",] == 0


def test_a_generation_stays_until_another_one_is_taken() -> None:
    """What is refused does not change what is in force."""
    book = books.of("taken")
    metadata = {"name": "b.default", "resourceVersion": "9"}
    book.config_map_seen({"metadata": metadata, "data": {"policy": "y"}}, 5.0)
    book.configuration = book.configuration.begin()
    book.configured("bad", 7.0)
    refused = samples(figures.page(book, figures.Counted(), "1"))
    book.config_map_seen({"metadata": metadata, "data": {"policy": "z"}}, 8.0)
    book.configuration = book.configuration.begin()
    book.configured("", 10.0)
    taken = samples(figures.page(book, figures.Counted(), "1"))

    assert refused["cri_resmgr_agent_configuration_generation",] == 7
    assert taken["cri_resmgr_agent_configuration_generation",] == 9


def test_the_same_data_in_a_newer_version() -> None:
    """It need not be told to the daemon, which has it."""
    book = books.of("taken")
    metadata = {"name": "b.default", "resourceVersion": "9"}
    book.config_map_seen({"metadata": metadata, "data": {"policy": "x"}}, 5.0)
    found = samples(figures.page(book, figures.Counted(), "1"))

    assert found["cri_resmgr_agent_configuration_generation",] == 9


def test_what_was_counted() -> None:
    """Results that have not come yet are there, at nought."""
    counted = figures.Counted(
        configurations={("refused",): 2},
        requests={("GET", "200"): 3, ("WATCH", "0"): 1},
        watches={("nodes", "timeout"): 4},
        events={("dropped",): 5},
    )
    found = samples(figures.page(books.of("taken"), counted, "1"))

    assert found["cri_resmgr_agent_configurations_total", "refused"] == 2
    assert found["cri_resmgr_agent_configurations_total", "taken"] == 0
    assert found["cri_resmgr_agent_adjustments_total", "unreached"] == 0
    assert found["cri_resmgr_agent_api_requests_total", "GET", "200"] == 3
    assert found["cri_resmgr_agent_watches_ended_total", "nodes", "timeout"] == 4
    assert found["cri_resmgr_agent_events_total", "dropped"] == 5


def test_a_label_cannot_leave_its_quotes() -> None:
    """Whatever it holds."""
    found = samples(figures.page(books.of("taken"), figures.Counted(), 'a"b\\c\nd'))

    assert found["cri_resmgr_agent_build_info", 'a"b\\c\nd'] == 1
