# SPDX-License-Identifier: Apache-2.0
"""What follows from looks at a node that is on the relay."""

import pytest

from installer import keep
from installer.keep import Look, Verdict

SILENT = Look(trouble="no answer")


def verdicts(*looks: Look) -> list[Verdict]:
    """What follows from each of some looks in a row."""
    keeper = keep.Keeper()
    return [keeper.judge(look) for look in looks]


def test_a_relay_that_answers_is_fine() -> None:
    """Nothing follows; a kubelet that is just being restarted is no trouble."""
    assert verdicts(Look(), Look(endpoint=None)) == [Verdict.FINE, Verdict.FINE]


def test_a_relay_that_hangs_is_restarted_once_then_given_up() -> None:
    """After half a minute it is restarted, after a minute the kubelet is given back."""
    assert verdicts(*[SILENT] * 6) == [
        Verdict.WAIT,
        Verdict.WAIT,
        Verdict.RESTART,
        Verdict.WAIT,
        Verdict.WAIT,
        Verdict.GIVE_BACK,
    ]
    assert keep.GIVE_BACK_AFTER * (keep.PERIOD + 5) < 120


def test_a_relay_that_answers_again_counts_from_nothing() -> None:
    """Trouble that passes has no consequence."""
    assert verdicts(SILENT, SILENT, Look(), SILENT)[-1] is Verdict.WAIT


def test_a_relay_that_was_stopped_is_started() -> None:
    """At each look, until there have been enough."""
    stopped = Look(trouble="it is inactive", unit="inactive")

    assert verdicts(*[stopped] * 6) == [Verdict.RESTART] * 5 + [Verdict.GIVE_BACK]


def test_a_relay_that_systemd_gave_up_gives_the_kubelet_back() -> None:
    """The rescue has ten seconds to do it first."""
    failed = Look(trouble="it is failed", unit="failed")

    assert verdicts(failed, failed) == [Verdict.WAIT, Verdict.GIVE_BACK]


@pytest.mark.parametrize(
    "look",
    [
        Look(disabled=True),
        Look(rescued=True, trouble="no answer"),
        Look(key=False),
        Look(endpoint=False),
    ],
)
def test_what_others_changed_is_looked_at(look: Look) -> None:
    """A person's switch, the rescue, and an argument that is gone."""
    assert verdicts(look) == [Verdict.LOOK_CLOSER]
