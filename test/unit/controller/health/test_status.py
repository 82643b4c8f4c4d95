# SPDX-License-Identifier: Apache-2.0
"""The patch that carries conditions."""

from unit.controller.health import shoots

from controller.health import status

FOREIGN = shoots.condition("SomebodyElse")


def test_patch() -> None:
    """Only the conditions are in the patch."""
    mine = shoots.condition()

    assert status.patch(shoots.make_extension(), [mine]) == {"status": {"conditions": [mine]}}


def test_patch_with_foreign_conditions() -> None:
    """Where others write into the list, the patch only fits the object that was read."""
    patch = status.patch(shoots.make_extension(version="77"), [FOREIGN, shoots.condition()])

    assert patch["metadata"] == {"resourceVersion": "77"}
    assert FOREIGN in patch["status"]["conditions"]


def test_what_people_are_told() -> None:
    """Metrics and logs speak of our conditions only."""
    items = [FOREIGN, shoots.condition(status="False", message="it is broken")]

    assert status.statuses(items) == {shoots.SYSTEM: "False"}
    assert status.texts(items) == {shoots.SYSTEM: "False: it is broken"}
