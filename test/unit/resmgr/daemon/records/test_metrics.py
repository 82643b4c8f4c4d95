# SPDX-License-Identifier: Apache-2.0
"""Metrics in text form."""

from hypothesis import given
from hypothesis import strategies as st

from resmgr.daemon.records import metrics
from resmgr.daemon.records.metrics import Counter, Gauge, Histogram, Total
from resmgr.samples import Metric, Samples


def page(*families: metrics.Family) -> list[str]:
    """Give the lines of a page."""
    return metrics.expose(families).decode().splitlines()


def test_a_counter_has_help_type_and_values() -> None:
    """In the form that Prometheus reads; labels are sorted."""
    calls = Counter("calls_total", "Calls.", ("method", "code"))
    calls.add("Stop", "OK")
    calls.add("Create", "OK")
    calls.add("Create", "OK", by=2)

    assert page(calls) == [
        "# HELP calls_total Calls.",
        "# TYPE calls_total counter",
        'calls_total{method="Create",code="OK"} 3',
        'calls_total{method="Stop",code="OK"} 1',
    ]


def test_a_counter_without_labels_is_there_from_the_start() -> None:
    """A rate needs its zero."""
    assert page(Counter("failures_total", "Failures."))[-1] == "failures_total 0"


def test_a_gauge_is_read_when_the_page_is() -> None:
    """Never before."""
    values: dict[tuple[str, ...], float] = {("a",): 1.0}
    gauge = Gauge("pods", "Pods.", lambda: values, ("kind",))
    values["b",] = 2.5

    assert page(gauge)[1:] == ["# TYPE pods gauge", 'pods{kind="a"} 1', 'pods{kind="b"} 2.5']


def test_numbers_that_are_counted_elsewhere_are_counters() -> None:
    """Their type tells what a rate may be made of."""
    assert page(Total("writes_total", "Writes.", lambda: {(): 3}))[1:] == [
        "# TYPE writes_total counter",
        "writes_total 3",
    ]


def test_a_histogram_has_cumulative_buckets() -> None:
    """A value on a bound belongs below it."""
    seconds = Histogram("seconds", "Time.", (0.1, 1.0), ("method",))
    for value in (0.05, 0.1, 0.5, 7.0):
        seconds.observe(value, "x")

    assert page(seconds)[2:] == [
        'seconds_bucket{method="x",le="0.1"} 2',
        'seconds_bucket{method="x",le="1"} 3',
        'seconds_bucket{method="x",le="+Inf"} 4',
        'seconds_sum{method="x"} 7.65',
        'seconds_count{method="x"} 4',
    ]


def test_label_values_are_escaped() -> None:
    """A name from outside cannot break out of its line."""
    calls = Counter("calls", "Calls.", ("method",))
    calls.add('a"b\\c\nd')

    assert page(calls)[2:] == ['calls{method="a\\"b\\\\c\\nd"} 1']


def test_a_family_is_bounded() -> None:
    """Names from outside cannot fill the memory."""
    calls = Counter("calls", "Calls.", ("method",))
    seconds = Histogram("seconds", "Time.", (1.0,), ("method",))
    for number in range(metrics.MOST + 10):
        calls.add(str(number))
        seconds.observe(0.1, str(number))

    assert 'calls{method="other"} 10' in page(calls)
    assert 'seconds_count{method="other"} 10' in page(seconds)


def test_what_others_have_measured_is_shown_as_it_is() -> None:
    """In its order, and by the same rules."""
    metric = Metric("used", "counter", "Used.", ("name", "kind"))
    values = [(('b"', "x"), 2.5), (("a", "x"), 1)]

    assert page(metrics.Given(Samples(metric, values))) == [
        "# HELP used Used.",
        "# TYPE used counter",
        'used{name="b\\"",kind="x"} 2.5',
        'used{name="a",kind="x"} 1',
    ]
    assert page(metrics.Given(Samples(Metric("up", "gauge", "Up."), [((), 1)])))[2:] == ["up 1"]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_without_loss(value: float) -> None:
    """What is read is what was counted."""
    assert float(metrics.number(value)) == value
