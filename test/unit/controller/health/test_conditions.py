# SPDX-License-Identifier: Apache-2.0
"""The table of results, the rule for progress, and what counts as a change (5.2)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller.health import shoots

from controller.health import conditions
from controller.health.conditions import CheckResult, Condition, Outcome, Verdict

FINE = CheckResult(Outcome.SUCCESSFUL)
FAILED = CheckResult(Outcome.FAILED, "it is broken", ("ERR_B",))
FAILED_TOO = CheckResult(Outcome.FAILED, "and that as well", ("ERR_A", "ERR_B"))
ROLLING = CheckResult(Outcome.PROGRESSING, "it is rolling", threshold=300)
NOT_RUN = CheckResult(Outcome.NOT_RUN, "nobody answers")
NOT_RUN_TOO = CheckResult(Outcome.NOT_RUN, "nobody there")


def before(status: str, since: float = -3600) -> Condition:
    """Make the condition as it was, with its status for some seconds."""
    return conditions.from_status(shoots.condition(status=status, since=since))


@pytest.mark.parametrize(
    ("results", "status", "reason", "message", "codes"),
    [
        ([], "True", "HealthCheckSuccessful", "All health checks successful", ()),
        ([FINE, FINE], "True", "HealthCheckSuccessful", "All health checks successful", ()),
        ([ROLLING, FINE], "Progressing", "HealthCheckProgressing", "it is rolling", ()),
        ([FAILED, FINE], "False", "HealthCheckUnsuccessful", "it is broken", ("ERR_B",)),
        (
            [FAILED, ROLLING, FAILED_TOO],
            "False",
            "HealthCheckUnsuccessful",
            "1) and that as well; 2) it is broken",
            ("ERR_A", "ERR_B"),
        ),
        (
            [FAILED, NOT_RUN, ROLLING],
            "Unknown",
            "ConditionCheckError",
            "1 health check could not run: nobody answers",
            (),
        ),
        (
            [NOT_RUN_TOO, NOT_RUN],
            "Unknown",
            "ConditionCheckError",
            "2 health checks could not run: 1) nobody answers; 2) nobody there",
            (),
        ),
    ],
)
def test_precedence(
    results: list[CheckResult], status: str, reason: str, message: str, codes: tuple[str, ...]
) -> None:
    """Not run counts before failed, failed before progressing, progressing before fine."""
    verdict = conditions.merge(results, None, shoots.NOW)

    assert verdict == Verdict(status, reason, message, codes)


@given(st.permutations([FAILED, FAILED_TOO, ROLLING, FINE]))
def test_order_of_checks(results: list[CheckResult]) -> None:
    """The verdict does not depend on which check ended first."""
    usual = conditions.merge([FAILED, FAILED_TOO, ROLLING, FINE], None, shoots.NOW)

    assert conditions.merge(results, None, shoots.NOW) == usual


@pytest.mark.parametrize(
    ("previous", "status"),
    [
        (None, "Progressing"),
        (before("True"), "Progressing"),
        (before("Progressing", -299), "Progressing"),
        (before("Progressing", -300), "Progressing"),
        (before("Progressing", -301), "False"),
        (before("Unknown", -300), "Progressing"),
        (before("Unknown", -301), "False"),
        (before("False", -1), "False"),
        (before("False", -3600), "False"),
    ],
)
def test_progress(previous: Condition | None, status: str) -> None:
    """Progress is fine until its threshold has passed; a failure stays until all is fine."""
    verdict = conditions.merge([ROLLING], previous, shoots.NOW)

    assert verdict.status == status
    assert verdict.message == "it is rolling"


def test_late_progress_is_a_failure() -> None:
    """Progress beyond its threshold has the reason of a failure."""
    verdict = conditions.merge([ROLLING], before("Progressing", -301), shoots.NOW)

    assert verdict.reason == "HealthCheckUnsuccessful"


def test_smallest_threshold_counts() -> None:
    """Of several checks in progress the least patient one decides."""
    quick = CheckResult(Outcome.PROGRESSING, "be quick", threshold=60)

    assert conditions.merge([ROLLING, quick], before("Progressing", -61), shoots.NOW).status == (
        "False"
    )
    assert conditions.merge([ROLLING], before("Progressing", -61), shoots.NOW).status == (
        "Progressing"
    )


@pytest.mark.parametrize("previous", [None, before("True"), before("Progressing", -1)])
def test_no_threshold(previous: Condition | None) -> None:
    """Without a threshold progress is a failure at once."""
    impatient = CheckResult(Outcome.PROGRESSING, "now")

    assert conditions.merge([impatient], previous, shoots.NOW).status == "False"


def test_unreadable_time() -> None:
    """A condition whose time nobody can read is given the benefit of the doubt."""
    broken = conditions.from_status(
        shoots.condition(status="Progressing") | {"lastTransitionTime": "yesterday"}
    )

    assert conditions.merge([ROLLING], broken, shoots.NOW).status == "Progressing"


def test_long_message() -> None:
    """A message is cut, since it is repeated in the status of the Shoot."""
    verdict = conditions.merge([CheckResult(Outcome.FAILED, "x" * 5000)], None, shoots.NOW)

    assert len(verdict.message) == conditions.MESSAGE_LIMIT


VERDICTS = st.builds(
    Verdict,
    st.sampled_from(["True", "False", "Unknown", "Progressing"]),
    st.sampled_from(["R1", "R2"]),
    st.sampled_from(["m1", "m2"]),
    st.sampled_from([(), ("ERR_A",)]),
)


@given(VERDICTS, VERDICTS, st.integers(1, 10**6))
def test_times(old: Verdict, new: Verdict, seconds: int) -> None:
    """The transition time changes with the status, the update time with anything, else nothing."""
    first = conditions.advance("T", old, None, shoots.NOW)
    later = shoots.NOW + timedelta(seconds=seconds)
    second = conditions.advance("T", new, first, later)

    assert (second is first) == (old == new)
    assert (second.last_update_time == first.last_update_time) == (old == new)
    assert (second.last_transition_time == first.last_transition_time) == (old.status == new.status)


@given(VERDICTS)
def test_twice_the_same(verdict: Verdict) -> None:
    """The same verdict again is no change, also after a trip through the API server."""
    first = conditions.advance("T", verdict, None, shoots.NOW)
    read = conditions.from_status(first.to_status())

    assert read == first
    assert conditions.advance("T", verdict, read, shoots.NOW + timedelta(days=1)) is read


def test_new_condition() -> None:
    """A condition has whole seconds, UTC, all required fields, and codes only if there are any."""
    made = conditions.advance("T", Verdict("False", "R", "m", ("ERR_A",)), None, shoots.NOW)

    assert made.to_status() == {
        "type": "T",
        "status": "False",
        "lastTransitionTime": "2026-08-01T12:00:00Z",
        "lastUpdateTime": "2026-08-01T12:00:00Z",
        "reason": "R",
        "message": "m",
        "codes": ["ERR_A"],
    }
    fine = conditions.advance("T", conditions.ALL_FINE, None, shoots.NOW)
    assert "codes" not in fine.to_status()
