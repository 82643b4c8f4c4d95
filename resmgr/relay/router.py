# SPDX-License-Identifier: Apache-2.0
"""Where a method goes: one table, looked up by path."""

import dataclasses
from collections.abc import Mapping
from typing import Final

from ..wire.grpc import codes, statuses
from . import intercept, observe, upstream

CRI_VERSIONS: Final = ("v1", "v1alpha2")
"""Versions of the CRI that share their handlers: their messages have the same form."""

UNKNOWN_SERVICE: Final = statuses.Status(codes.Code.UNIMPLEMENTED, "unknown service")


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """What happens to the calls of a method.

    With a handler they are intercepted, else forwarded as they are; an observer reads along. A
    `watch` is asked for the observer whenever a call begins. Where there is no runtime, `missing`
    is the answer.
    """

    runtime: upstream.Upstream | None
    handler: intercept.Handler | None = None
    observer: observe.Observer | None = None
    missing: statuses.Status = UNKNOWN_SERVICE
    watch: observe.Watch | None = None


class Router:
    """Routes of single methods, then those of whole services, then one for everything else."""

    def __init__(
        self, methods: Mapping[str, Route], services: Mapping[str, Route], default: Route
    ) -> None:
        """Take paths such as /runtime.v1.RuntimeService/Version and /runtime.v1.ImageService/."""
        self._methods = {path.encode(): route for path, route in methods.items()}
        self._services = {path.encode(): route for path, route in services.items()}
        self._default = default

    def find(self, path: bytes) -> Route:
        """The route of a method."""
        found = self._methods.get(path)
        if found is not None:
            return found
        service = path[: path.rfind(b"/") + 1]
        return self._services.get(service, self._default)


def for_cri(
    runtime: upstream.Upstream | None,
    image: upstream.Upstream | None,
    *,
    handlers: Mapping[str, intercept.Handler],
    observers: Mapping[str, observe.Observer],
    observer: observe.Observer | None = None,
    watch: observe.Watch | None = None,
) -> Router:
    """The table of the CRI.

    `handlers` and `observers` go by the plain names of RuntimeService's methods. `observer` is told
    of every other call of either service; `watch` is asked when a call of either begins that nobody
    handles or observes. A service without a socket answers as the Go daemon did.
    """
    missing = {
        name: statuses.Status(codes.Code.UNKNOWN, f"cri/client: no CRI {name} client")
        for name in ("RuntimeService", "ImageService")
    }
    plain = Route(runtime, observer=observer, missing=missing["RuntimeService"], watch=watch)
    images = Route(image, observer=observer, missing=missing["ImageService"], watch=watch)
    methods: dict[str, Route] = {}
    services: dict[str, Route] = {}
    for version in CRI_VERSIONS:
        for name in {*handlers, *observers}:
            methods[f"/runtime.{version}.RuntimeService/{name}"] = dataclasses.replace(
                plain, handler=handlers.get(name), observer=observers.get(name, observer)
            )
        services[f"/runtime.{version}.RuntimeService/"] = plain
        services[f"/runtime.{version}.ImageService/"] = images
    return Router(methods, services, default=plain)


def for_service(service: str, handlers: Mapping[str, intercept.Handler]) -> Router:
    """The table of a service of our own: handlers by plain method names, nothing is forwarded."""
    return Router(
        {f"/{service}/{name}": Route(None, handler) for name, handler in handlers.items()},
        {
            f"/{service}/": Route(
                None, missing=statuses.Status(codes.Code.UNIMPLEMENTED, "unknown method")
            )
        },
        default=Route(None),
    )
