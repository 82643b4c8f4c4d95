# SPDX-License-Identifier: Apache-2.0
"""The contracts of who may import whom name everybody that they are for."""

import configparser
from collections.abc import Collection
from pathlib import Path

import pytest

from installer import plan
from resmgr.policy import registry


@pytest.mark.parametrize(
    ("contract", "package", "names"),
    [
        (
            "policies-alone",
            "resmgr.policy",
            {one.module.partition(".")[0] for one in registry.POLICIES.values()},
        ),
        ("installer-steps", "installer.steps", plan.ORDER),
    ],
)
def test_a_contract_of_siblings_names_all(
    checkout: Path, contract: str, package: str, names: Collection[str]
) -> None:
    """A sibling that is not named could import the others unseen."""
    contracts = configparser.ConfigParser()
    contracts.read(checkout / ".importlinter")
    named = contracts[f"importlinter:contract:{contract}"]["modules"].split()

    assert sorted(named) == sorted(f"{package}.{name}" for name in names)
