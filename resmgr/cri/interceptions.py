# SPDX-License-Identifier: Apache-2.0
"""The calls that are intercepted: all of them, in the order of a pod's life.

A method not listed here is forwarded unread. The names are those of RuntimeService's methods, of
runtime.v1 and runtime.v1alpha2 alike.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import (
    create_container,
    list_containers,
    remove_container,
    remove_pod_sandbox,
    run_pod_sandbox,
    start_container,
    stop_container,
    stop_pod_sandbox,
    update_container_resources,
)
from .calls import Ask, Handle

HANDLED: Final[Mapping[str, Handle]] = MappingProxyType(
    {
        run_pod_sandbox.METHOD: run_pod_sandbox.handle,
        create_container.METHOD: create_container.handle,
        start_container.METHOD: start_container.handle,
        update_container_resources.METHOD: update_container_resources.handle,
        stop_container.METHOD: stop_container.handle,
        remove_container.METHOD: remove_container.handle,
        stop_pod_sandbox.METHOD: stop_pod_sandbox.handle,
        remove_pod_sandbox.METHOD: remove_pod_sandbox.handle,
    }
)
"""Calls that wait for us: method -> what is done before and after it is forwarded."""

WATCHED: Final[Mapping[str, Ask]] = MappingProxyType(
    {list_containers.METHOD: list_containers.Listing}
)
"""Calls that do not wait for us: method -> what is done when they begin and after their answer."""
