# SPDX-License-Identifier: Apache-2.0
"""Variables of the environment."""

from resmgr.daemon.command import environment


def test_logging_is_set_by_variables() -> None:
    """Debug sources go into the configuration, klog's flags beside it."""
    read = environment.read({"LOGGER_DEBUG": "on:policy", "LOGGER_SKIP_HEADERS": "true"})

    assert read.document == {"logger": {"Debug": "on:policy"}}
    assert read.klog == {"skip_headers": "true"}
    assert read.warnings == ()


def test_under_the_journal_lines_have_no_headers() -> None:
    """The journal has time and process itself."""
    assert environment.read({"JOURNAL_STREAM": "8:1"}).klog == {"skip_headers": "true"}


def test_headers_under_the_journal_can_be_asked_for() -> None:
    """What is set by name counts above what is guessed."""
    read = environment.read({"JOURNAL_STREAM": "8:1", "LOGGER_SKIP_HEADERS": "false"})

    assert read.klog == {"skip_headers": "false"}


def test_instrumentation_is_set_by_variables() -> None:
    """Words for truth are taken in any case, a period is a duration."""
    read = environment.read(
        {"HTTP_ENDPOINT": ":8891", "PROMETHEUS_EXPORT": "Enabled", "REPORT_PERIOD": "30s"}
    )

    assert read.document == {
        "instrumentation": {
            "HTTPEndpoint": ":8891",
            "PrometheusExport": True,
            "ReportPeriod": 30_000_000_000,
        }
    }


def test_nonsense_is_told_and_not_used() -> None:
    """A wrong variable stops nothing."""
    read = environment.read(
        {
            "HTTP_ENDPOINT": "nowhere",
            "PROMETHEUS_EXPORT": "perhaps",
            "REPORT_PERIOD": "soon",
            "LOGGER_V": "much",
            "LOGGER_DEBUG": "maybe:x",
        }
    )

    assert (read.document, read.klog) == ({}, {})
    assert len(read.warnings) == 5
    assert all("it is not used" in warning for warning in read.warnings)
