# SPDX-License-Identifier: Apache-2.0
"""What the program prints about itself."""

import pytest
import yaml

from resmgr.config import documents
from resmgr.daemon.command import describe
from resmgr.daemon.configuring import configuration
from resmgr.policy import registry


def paths(text: str) -> list[str]:
    """Give the full paths of the modules that a text describes."""
    return [line.split(": ")[1] for line in text.splitlines() if "full path" in line]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("dump", ["dump"]),
        ("policy.static", ["policy.static"]),
        ("static", ["policy.static"]),
        (".control.", ["resource-manager.control.page-migration"]),
        (".page-migration", ["resource-manager.control.page-migration"]),
        ("resource-manager.control.", ["resource-manager.control.page-migration"]),
        ("main", ["main"]),
    ],
)
def test_modules_are_found_by_name(name: str, found: list[str]) -> None:
    """A whole or last name, or a part with dots where more stands."""
    assert paths(describe.modules([name])) == found


def test_without_names_all_modules_are_described() -> None:
    """The root comes first, the others by path."""
    found = paths(describe.modules([]))

    assert found[0] == "main"
    assert found[1:] == sorted(found[1:])
    assert {"policy.balloons", "logger", "rdt"} <= set(found)


def test_keys_are_described_with_type_and_default() -> None:
    """What a person needs for writing one."""
    assert "    PrometheusExport (true or false; default false)" in describe.modules(
        ["instrumentation"]
    )


def test_an_unknown_module_is_said_to_be_unknown() -> None:
    """No match is no error."""
    assert describe.modules(["nope"]) == "No matching modules found.\n"


def test_the_default_configuration_is_a_right_one() -> None:
    """What is printed can be given back."""
    text = describe.default_configuration({}, configuration.UNPRINTED)

    assert documents.check(text, "defaults")[1] == []
    assert configuration.Judge(tuple(registry.POLICIES), {}).of_text(text).warnings == ()
    assert yaml.safe_load(text)["policy"]["Active"] == "none"


def test_the_environment_is_in_the_default_configuration() -> None:
    """What counts without a configuration is printed."""
    text = describe.default_configuration({"logger": {"Debug": "policy"}})

    assert yaml.safe_load(text)["logger"]["Debug"] == "policy"


def test_policies_are_listed_by_name() -> None:
    """The form is that of the original."""
    lines = describe.policies().splitlines()

    assert lines[0] == "Available policies:"
    assert lines[1:] == sorted(lines[1:])
    assert len(lines) == 1 + len(registry.POLICIES)
    assert "  * none: A no-op policy, doing pretty much nothing." in lines
