# SPDX-License-Identifier: Apache-2.0
"""Figures are held against targets."""

from unit.bench.controller import runs

from bench.controller import targets


def test_every_target_is_judged_at_its_size() -> None:
    """With 500 shoots all targets count, in their order."""
    titles = [verdict.target.title for verdict in targets.judge(runs.run(500))]

    assert titles == [target.title for target in targets.TARGETS]


def test_limits_of_500_shoots_say_nothing_about_10() -> None:
    """Time and memory were set for 500 shoots; with fewer only writes are judged."""
    verdicts = list(targets.judge(runs.run(10)))

    assert len(verdicts) == 4
    assert all("writes" in verdict.target.title for verdict in verdicts)


def test_figures_are_taken_from_their_phases() -> None:
    """Writes are counted a shoot, conditions included; CPU in ms a shoot; memory at its highest."""
    run = runs.run(500, create=3500, healthy=500, reconcile=2000, idle=1)
    measured = {verdict.target.title: verdict for verdict in targets.judge(run)}

    assert measured["writes a created shoot, conditions included"].measured == 8
    assert measured["CPU a created shoot, conditions included"].measured == 20
    assert measured["writes a reconcile without change"].measured == 4
    assert measured["peak memory"].measured == 85
    assert [title for title, verdict in measured.items() if not verdict.reached] == [
        "CPU a created shoot, conditions included",
        "writes a reconcile without change",
        "writes in an idle minute, but Leases",
        "delete all in two phases",
    ]
