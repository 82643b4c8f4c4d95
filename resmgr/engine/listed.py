# SPDX-License-Identifier: Apache-2.0
"""What a complete list of the runtime's containers tells anew."""

from ..model import Container, ContainerState
from .events import ContainersListed
from .ledger import Ledger


def news(ledger: Ledger, event: ContainersListed) -> tuple[list[Container], list[Container]]:
    """Give containers that have ended, and those that are there no more.

    Lists come often and nearly always tell nothing new: that has to cost next to nothing.
    """
    running, created = ContainerState.RUNNING, ContainerState.CREATED
    exited, states = ContainerState.EXITED, event.states
    ended, missing = [], []
    for container in ledger.containers.values():
        if not container.id or (container.state is not running and container.state is not created):
            continue
        state = states.get(container.id)
        if state is exited:
            ended.append(container)
        elif state is None and _ran_before(ledger, container, event.since):
            missing.append(container)
    return ended, missing


def _ran_before(ledger: Ledger, container: Container, sequence: int) -> bool:
    running = container.state is ContainerState.RUNNING
    return running and ledger.running_since.get(container.cache_id, 0) <= sequence
