# SPDX-License-Identifier: Apache-2.0
"""The least is written that tells all of a policy's state."""

from unit.resmgr.engine import toy

from resmgr.engine import remember
from resmgr.policy.interface import Step
from resmgr.state.changes import Change, PutEntries, PutPolicy

BEFORE: toy.Given = {"k": 0}
AFTER: toy.Given = {"k": 1}


def step(
    taken: Step[toy.Given], former: toy.Given | None = BEFORE, *, classes: bool = False
) -> tuple[Change, ...]:
    """Give what is written of a step."""
    before: dict[str, int] = {}
    after = {"turbo": 0b1} if classes else before
    return remember.step(toy.OneEach(), taken, former, classes=after, former_classes=before)


def test_a_step_without_a_change_writes_nothing() -> None:
    """Most steps are of this kind."""
    assert step(Step(BEFORE)) == ()


def test_a_policy_that_names_entries_writes_these() -> None:
    """However much else there is."""
    assert step(Step(AFTER, entries={"k": "1"})) == (PutEntries({"k": "1"}),)


def test_a_policy_that_does_not_writes_everything() -> None:
    """With its name."""
    (written,) = step(Step(AFTER))

    assert isinstance(written, PutPolicy)
    assert written.name == "one-each"


def test_the_first_step_writes_everything() -> None:
    """There is nothing yet that entries could be part of."""
    (written,) = step(Step(AFTER, entries={"k": "1"}), former=None)

    assert isinstance(written, PutPolicy)


def test_classes_of_cpus_are_an_entry() -> None:
    """Also when the policy's own state stays."""
    (written,) = step(Step(BEFORE), classes=True)

    assert isinstance(written, PutEntries)
    assert len(written.entries) == 1
