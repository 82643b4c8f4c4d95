# SPDX-License-Identifier: Apache-2.0
"""What the engine knows, for people: names of containers, the introspection page."""

from ...engine.engine import Engine
from ...sysfs.machine import Machine
from . import find, http, introspection


def title(engine: Engine, cache_id: str) -> str:
    """Give the name of a container that no other one has; the id itself for one not known."""
    container = engine.ledger.containers.get(cache_id)
    if container is None:
        return cache_id
    return find.title(container, engine.ledger.pods.get(container.pod_id))


def page(engine: Engine, machine: Machine) -> http.Page:
    """Make the introspection page."""
    document = introspection.document(
        pods=engine.ledger.pods.values(),
        containers=engine.ledger.containers.values(),
        policy=engine.policy.name,
        shown=engine.policy.introspect(engine.policy_state),
        machine=machine,
    )
    return http.Page(introspection.text(document), introspection.CONTENT_TYPE)
