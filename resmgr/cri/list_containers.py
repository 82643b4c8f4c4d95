# SPDX-License-Identifier: Apache-2.0
"""ListContainers: answers pass untouched and are read afterwards (section 4.8).

A complete list tells which containers have ended without a call, and the ids of those whose
creation was cut off on its way.
"""

import functools
from collections.abc import Iterable
from typing import Final

from ..engine import events
from ..model import ContainerState
from ..protobuf import reading
from . import api_pb2, containers
from .session import Creation, Session

METHOD: Final = "ListContainers"


class Listing:
    """A list that was asked for: `asked` tells what was known then."""

    __slots__ = ("_session", "asked")

    def __init__(self, session: Session) -> None:
        self._session = session
        self.asked = session.engine.sequence

    def wanted(self, request: bytes) -> bool:
        """Whether the list is complete."""
        with self._session.guard(METHOD):
            return _complete(request)
        return False

    def read(self, answer: bytes) -> None:
        """Take a complete list."""
        session = self._session
        with session.guard(METHOD):
            listed = reading.read(api_pb2.ListContainersResponse, answer).containers
            _find_cut_off(session, listed)
            states = {one.id: containers.state(one.state) for one in listed}
            session.take(events.ContainersListed(states, self.asked), METHOD)


@functools.lru_cache(maxsize=16)
def _complete(message: bytes) -> bool:
    """Tell whether nothing is filtered out, by no field of today and by none that may come.

    Clients that list again and again do so with the same request. Raises `Unreadable`.
    """
    request = reading.read(api_pb2.ListContainersRequest, message)
    if not request.filter.ByteSize():
        request.ClearField("filter")
    return not request.ByteSize()


def _find_cut_off(session: Session, listed: Iterable[api_pb2.Container]) -> None:
    """Learn the ids of containers whose creation was cut off."""
    looked_for: dict[tuple[str, str, int], Creation] = {}
    for creation in tuple(session.creations.values()):
        if creation.cut_off and _created_by_nobody(session, creation):
            looked_for[creation.pod_id, creation.name, creation.attempt] = creation
    if not looked_for:
        return
    for one in listed:
        key = (one.pod_sandbox_id, one.metadata.name, one.metadata.attempt)
        found = looked_for.get(key)
        if found is not None:
            session.creations.pop(found.cache_id, None)
            session.take(events.ContainerCreated(found.cache_id, one.id), METHOD)
            session.catch_up(found.cache_id, found.sent)


def _created_by_nobody(session: Session, creation: Creation) -> bool:
    """Tell whether it is still looked for; one that is not is given up."""
    container = session.engine.ledger.containers.get(creation.cache_id)
    if container is not None and container.state is ContainerState.CREATING:
        return True
    del session.creations[creation.cache_id]
    return False
