# SPDX-License-Identifier: Apache-2.0
"""ManagedResources as the controller reads them: sections 4.1 and 4.5."""

from datetime import UTC, datetime

import pytest
from unit.controller import objects

from controller import observed


@pytest.mark.parametrize(
    ("state", "healthy", "rolled_out"),
    [
        ("unseen", False, False),
        ("failing", False, False),
        ("unhealthy", False, False),
        ("rolling", True, False),
        ("rolled out", True, True),
    ],
)
def test_healthy_and_rolled_out(state: str, *, healthy: bool, rolled_out: bool) -> None:
    """Observed, applied and healthy; and nothing rolling any more (4.5)."""
    found = observed.parse(objects.managed_resource(state=state))

    assert (found.healthy, found.rolled_out) == (healthy, rolled_out)


def test_what_is_said_of_an_older_spec_does_not_count() -> None:
    """Healthy, but of the generation before."""
    raw = objects.managed_resource()
    raw["metadata"]["generation"] += 1

    found = observed.parse(raw)

    assert not found.observed
    assert not found.healthy
    assert not found.rolled_out


@pytest.mark.parametrize("status", [None, {}, {"observedGeneration": 2}, {"conditions": None}])
def test_without_conditions_nothing_is_known(status: objects.Object | None) -> None:
    """A new ManagedResource has no status."""
    raw = objects.managed_resource()
    raw["status"] = status

    found = observed.parse(raw)

    assert found.status("ResourcesApplied") == "Unknown"
    assert found.message("ResourcesApplied") == ""
    assert not found.healthy
    assert not found.rolled_out


def test_a_missing_progressing_condition_is_no_roll_out() -> None:
    """Only False is the good state."""
    raw = objects.managed_resource()
    raw["status"]["conditions"].pop()

    assert not observed.parse(raw).rolled_out


@pytest.mark.parametrize(
    ("annotations", "phase"),
    [
        ({f"{objects.DOMAIN}/phase": "install"}, observed.Phase.INSTALL),
        ({f"{objects.DOMAIN}/phase": "cleanup"}, observed.Phase.CLEANUP),
        ({f"{objects.DOMAIN}/phase": "else"}, observed.Phase.INSTALL),
        ({}, observed.Phase.INSTALL),
        (None, observed.Phase.INSTALL),
    ],
)
def test_the_phase_is_on_the_object(
    annotations: dict[str, str] | None, phase: observed.Phase
) -> None:
    """One without an annotation of ours was made by the Go extension: it installs."""
    raw = objects.managed_resource()
    raw["metadata"]["annotations"] = annotations

    assert observed.parse(raw).phase is phase


def test_the_beginning_of_the_clean_up_is_on_the_object() -> None:
    """So a restart does not begin its time anew."""
    raw = objects.managed_resource(phase="cleanup", since="2026-08-01T11:00:00Z")

    assert observed.parse(raw).cleanup_since == datetime(2026, 8, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(("text", "names"), [("", ()), ("a", ("a",)), ("a,b,,c", ("a", "b", "c"))])
def test_secrets_that_were_replaced_are_on_the_object(text: str, names: tuple[str, ...]) -> None:
    """Separated by commas, oldest first."""
    raw = objects.managed_resource()
    raw["metadata"]["annotations"][f"{objects.DOMAIN}/replaced-secrets"] = text

    assert observed.parse(raw).replaced == names


def test_what_is_compared_before_a_write_is_read() -> None:
    """Class, Secrets, keepObjects, injected labels, labels."""
    raw = objects.managed_resource(objects.MONITORING, keep=True, deleting=True)
    raw["spec"]["injectLabels"] = {"a": "b"}

    found = observed.parse(raw)

    assert found.klass == "seed"
    assert found.secrets == (f"managedresource-{objects.MONITORING}-12345678",)
    assert found.keep_objects
    assert found.deleting
    assert found.inject_labels == {"a": "b"}
    assert found.labels == {"origin": "cri-resmgr-extension"}


def test_a_hostile_message_is_one_short_line() -> None:
    """It may repeat what a shoot's owner has written, and it goes into status and logs."""
    raw = objects.managed_resource()
    raw["status"]["conditions"][0]["message"] = "\x1b[2Jred\n\r\u202e" + "x" * 99999

    message = observed.parse(raw).message("ResourcesApplied")

    assert message.startswith("[2Jred xxx")
    assert len(message) == observed.MESSAGE_LIMIT
