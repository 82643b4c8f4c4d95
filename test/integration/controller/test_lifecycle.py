# SPDX-License-Identifier: Apache-2.0
"""Annex B of the Gardener contract on a real API server: the flows of one shoot."""

import pytest
from garden import ground, replica

pytestmark = pytest.mark.integration


async def test_enabling_ends_succeeded(whole_ground: ground.Ground) -> None:
    """A shoot that enables the extension gets it, and disabling takes it away."""
    async with replica.Replica(whole_ground.kubeconfig):
        shoot = await whole_ground.gardenlet.prepare(whole_ground.name())
        await whole_ground.gardenlet.enable(shoot)

        await whole_ground.gardenlet.disable(shoot)
