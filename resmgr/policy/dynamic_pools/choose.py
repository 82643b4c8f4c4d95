# SPDX-License-Identifier: Apache-2.0
"""Which pool a container goes to."""

from .. import namespaces, scoped
from ..interface import CannotAllocate, Subject
from .types import Options

ANNOTATION = "dynamic-pool.dynamic-pools.cri-resource-manager.intel.com"
"""Scoped annotation: the name of a pool."""

RESERVED, SHARED = 0, 1
"""Numbers of the built-in pools."""


def pool(subject: Subject, options: Options) -> tuple[int, str]:
    """Give the number of a container's pool, and why. Raises `CannotAllocate`."""
    container, namespace = subject.container, subject.pod.namespace
    system = namespaces.match(options.system, namespace)
    wants = container.requirements
    if not system and not wants.cpu_request and not wants.cpu_limit:
        return SHARED, "it asks for no CPU"
    wish = scoped.of_container(subject.pod, ANNOTATION, container.name)
    if wish is not None:
        for number, type_ in enumerate(options.types):
            if type_.name == wish:
                return number, "an annotation says so"
        known = ", ".join(type_.name for type_ in options.types)
        raise CannotAllocate(f'no dynamicPool for annotation "{wish[:80]}", known: {known}')
    if system:
        return RESERVED, f"namespace {namespace} is reserved"
    for number, type_ in enumerate(options.types):
        if namespaces.match(type_.namespaces, namespace):
            return number, f"namespace {namespace} is one of its namespaces"
    return SHARED, "no other pool is for it"
