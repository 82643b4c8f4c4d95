# SPDX-License-Identifier: Apache-2.0
"""The update of a container's resources, always complete: what is not set stays as it was."""

from typing import Final

from ..cri import api_pb2, resources
from ..model import Container
from .caller import Runtime

TIMEOUT: Final = 10.0
"""Seconds that an update may take; later ones wait for it."""


async def update(runtime: Runtime, container: Container, timeout: float = TIMEOUT) -> None:
    """Send the resources that a container is meant to have. Raises `CallError`."""
    request = api_pb2.UpdateContainerResourcesRequest(container_id=container.id)
    resources.write(request.linux, container.linux)
    await runtime.call("UpdateContainerResources", request.SerializeToString(), timeout)
