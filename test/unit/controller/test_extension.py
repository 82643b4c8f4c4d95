# SPDX-License-Identifier: Apache-2.0
"""Extension objects as the controller reads them, complete and bare."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller import objects

from controller import extension


def test_all_that_is_there_is_read() -> None:
    """Metadata, spec and status each in their place."""
    raw = objects.extension(
        operation="reconcile",
        deleting="2026-08-01T11:00:00Z",
        finalizers=("a/b", objects.OWN),
        last=("Reconcile", "Error"),
        provider_config={"configs": {}},
        status={
            "lastError": {"description": "x"},
            "observedGeneration": 2,
            "state": {"k": "v"},
            "conditions": [{"type": "T"}],
        },
    )

    found = extension.parse(raw)

    assert found.key == (objects.NAMESPACE, objects.NAME)
    assert (found.uid, found.resource_version, found.generation) == ("uid-1", "10", 3)
    assert found.deleting_since == datetime(2026, 8, 1, 11, tzinfo=UTC)
    assert found.finalizers == ("a/b", objects.OWN)
    assert found.operation_annotation == "reconcile"
    assert found.provider_config == {"configs": {}}
    assert found.last_operation is not None
    assert found.last_operation.last_update_time == datetime(2026, 8, 1, 10, 30, tzinfo=UTC)
    assert found.last_error
    assert found.observed_generation == 2
    assert found.state == {"k": "v"}
    assert found.conditions == ({"type": "T"},)
    assert found.ours


def test_a_new_object_has_no_status_at_all() -> None:
    """Nothing but a name and a type is needed."""
    found = extension.parse({"metadata": {"name": "n"}, "spec": {"type": "cri-resmgr-extension"}})

    assert found.last_operation is None
    assert found.deleting_since is None
    assert found.operation_annotation == ""
    assert found.provider_config is None
    assert found.ours


@pytest.mark.parametrize("null", ["annotations", "finalizers"])
def test_null_is_the_same_as_nothing(null: str) -> None:
    """A merge patch may leave it behind."""
    raw = objects.extension()
    raw["metadata"][null] = None
    raw |= {"status": None}

    found = extension.parse(raw)

    assert found.operation_annotation == ""
    assert found.finalizers == ()


@pytest.mark.parametrize(
    ("kind", "klass", "ours"),
    [
        ("cri-resmgr-extension", None, True),
        ("cri-resmgr-extension", "shoot", True),
        ("cri-resmgr-extension", "seed", False),
        ("cri-resmgr-extension", "garden", False),
        ("cri-resmgr", None, False),
        ("", None, False),
    ],
)
def test_type_and_class_tell_what_is_ours(kind: str, klass: str | None, *, ours: bool) -> None:
    """A class that is absent means shoot; the name does not count (EXT-2, 2.1)."""
    raw = objects.extension()
    raw["spec"] = {"type": kind} | ({"class": klass} if klass else {})

    assert extension.parse(raw).ours is ours


def test_success_is_of_the_last_operation_and_of_its_type() -> None:
    """A succeeded restore is no succeeded migration."""
    found = extension.parse(objects.extension(last=("Restore", "Succeeded")))

    assert found.succeeded()
    assert found.succeeded(extension.OperationType.RESTORE)
    assert not found.succeeded(extension.OperationType.MIGRATE)


def test_times_with_nanoseconds_are_read() -> None:
    """The annotation `gardener.cloud/timestamp` has them (2.4)."""
    found = extension.parse_time("2026-08-01T10:00:00.123456789Z")

    assert found is not None
    assert found.replace(microsecond=0) == datetime(2026, 8, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "2026-13-01T00:00:00Z", "17", "2026-08-01T10:00:00"]
)
def test_what_is_no_time_is_none(text: str | None) -> None:
    """An annotation that a person has broken stops nothing; RFC 3339 times have a zone."""
    assert extension.parse_time(text) is None


@given(
    st.datetimes(
        datetime(2000, 1, 1),  # noqa: DTZ001, the strategy adds the zone
        datetime(2100, 1, 1),  # noqa: DTZ001, the strategy adds the zone
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]),
    )
)
def test_times_are_written_in_utc_with_whole_seconds(moment: datetime) -> None:
    """What is written can be read again and is less than a second earlier."""
    text = extension.format_time(moment)

    found = extension.parse_time(text)
    assert text.endswith("Z")
    assert "." not in text
    assert found is not None
    assert timedelta(0) <= moment - found < timedelta(seconds=1)


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(HOSTILE)
def test_a_provider_config_of_any_shape_is_kept_as_it_is(config: Any) -> None:
    """Judging it is for `resmgr.config`; reading the object never fails over it."""
    raw = objects.extension()
    raw["spec"]["providerConfig"] = config

    assert extension.parse(raw).provider_config == config
