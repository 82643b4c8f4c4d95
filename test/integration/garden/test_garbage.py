# SPDX-License-Identifier: Apache-2.0
"""The stand-in garbage collector takes what nobody refers to, and only that."""

from datetime import timedelta

import pytest
from garden import garbage
from garden.ground import Ground

from controller.kube import paths

pytestmark = pytest.mark.integration


@pytest.fixture
async def shoot(bare_ground: Ground) -> str:
    """Technical id of a shoot of its own, with a secret that is used, one not, one unmarked."""
    shoot = await bare_ground.gardenlet.prepare(bare_ground.name())
    label, _, value = garbage.SELECTOR.partition("=")
    for name, labels in (("used", {label: value}), ("unused", {label: value}), ("unmarked", {})):
        metadata = {"name": name, "labels": labels}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
        await bare_ground.seed.create(paths.secrets(shoot), secret)
    resource = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {
            "name": "a",
            "annotations": {"reference.resources.gardener.cloud/secret-0123abcd": "used"},
        },
        "spec": {"secretRefs": []},
    }
    await bare_ground.seed.create(paths.managed_resources(shoot), resource)
    return shoot


async def test_takes_what_nobody_refers_to(bare_ground: Ground, shoot: str) -> None:
    """A marked secret goes when no ManagedResource names it; others stay."""
    deleted = await garbage.collect(bare_ground.seed, minimum_age=timedelta())

    mine = [name for name in deleted if f"/{shoot}/" in name]
    assert mine == [f"secret/{shoot}/unused"]


async def test_spares_the_young(bare_ground: Ground, shoot: str) -> None:
    """Nothing goes before its minimum age."""
    deleted = await garbage.collect(bare_ground.seed)

    assert [name for name in deleted if f"/{shoot}/" in name] == []
