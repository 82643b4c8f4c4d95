# SPDX-License-Identifier: Apache-2.0
"""Older flags and forms."""

import pytest

from resmgr.config.goflag import UsageError
from resmgr.daemon.command import oldflags


def test_older_flags_become_a_configuration() -> None:
    """Policy, resources, dump and debug sources of the older manual land in their modules."""
    document, warnings = oldflags.document(
        {
            "policy": "static",
            "reserved-resources": "cpu=750m",
            "available-resources": "CPU=cpuset:0-3",
            "dump": "full:.*",
            "dump-file": "/var/dump",
            "logger-debug": "*",
            "logger-prefix": "true",
            "relay-dir": "/x",
        }
    )

    assert document == {
        "policy": {
            "Active": "static",
            "ReservedResources": {"CPU": "750m"},
            "AvailableResources": {"CPU": "cpuset:0-3"},
        },
        "dump": {"Config": "full:.*", "File": "/var/dump"},
        "logger": {"Debug": "*", "LogSource": True},
    }
    assert len(warnings) == 7
    assert warnings[0] == (
        "flag --policy is an older form; write policy: {Active: NAME} in a configuration"
    )


def test_flags_without_a_present_form_are_named() -> None:
    """A flag that means nothing any more does nothing and is told."""
    document, warnings = oldflags.document({"logger-level": "info"})

    assert document == {}
    assert warnings == ["flag --logger-level has no effect any more; remove it"]


@pytest.mark.parametrize("value", ["750m", "memory=1Gi", "cpu=", "cpu"])
def test_resources_in_another_form_are_refused(value: str) -> None:
    """Only CPUs can be given, as `cpu=AMOUNT`."""
    with pytest.raises(UsageError, match="is not like cpu=750m"):
        oldflags.document({"reserved-resources": value})


def test_the_policy_null_is_none() -> None:
    """The older name of the policy that does nothing is taken with a warning."""
    renamed, warnings = oldflags.renamed({"policy": {"Active": "null"}, "cpu": {}})

    assert renamed == {"policy": {"Active": "none"}, "cpu": {}}
    assert warnings == ["policy null is an older name; write policy: {Active: none}"]


@pytest.mark.parametrize("document", [{}, {"policy": None}, {"policy": {"Active": "static"}}])
def test_other_policies_keep_their_names(document: dict[str, object]) -> None:
    """Nothing is renamed but `null`."""
    assert oldflags.renamed(document) == (document, [])
