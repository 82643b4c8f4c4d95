# SPDX-License-Identifier: Apache-2.0
"""What people hear of as Kubernetes Events: on the Node, or on a Pod of it.

Events are cheap to make and dear to keep, so the same one is told once in a while, and all together
not faster than a bucket lets them through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .book import Owner

REPEAT: Final = 600.0
"""Seconds for which the same one is not told again."""

BURST: Final = 25
RATE: Final = 0.2
"""Events at once, and a second after that."""

REMEMBERED: Final = 512
LONGEST: Final = 1024
"""Characters of a message, as Kubernetes allows."""

COMPONENT: Final = "cri-resmgr-agent"


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod, as Events refer to it."""

    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing to tell; without a pod it is about the Node."""

    reason: str
    message: str
    warning: bool = True
    pod: Pod | None = None
    source: str = COMPONENT


class Tally:
    """Decides what is told; times in seconds that never go back."""

    def __init__(self, now: float) -> None:
        """Begin with a full bucket."""
        self.left_out = 0
        """Those that were one too many so far."""

        self._tokens = float(BURST)
        self._filled = now
        self._told: dict[Announcement, float] = {}

    def admit(self, one: Announcement, now: float) -> bool:
        """Tell whether this one is told."""
        told = self._told.get(one)
        if told is not None and now - told < REPEAT:
            return False
        self._tokens = min(BURST, self._tokens + (now - self._filled) * RATE)
        self._filled = now
        if self._tokens < 1:
            self.left_out += 1
            return False
        self._tokens -= 1
        self._told.pop(one, None)
        self._told[one] = now
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return True


def event(one: Announcement, owner: Owner, *, name: str, now: str) -> tuple[str, Mapping[str, Any]]:
    """Give the namespace and the object of an Event; `name` is unique, `now` Kubernetes' time."""
    if one.pod is not None:
        namespace = one.pod.namespace
        about = {
            "apiVersion": "v1",
            "kind": "Pod",
            "namespace": namespace,
            "name": one.pod.name,
            "uid": one.pod.uid,
        }
    else:
        namespace = "default"
        about = {"apiVersion": "v1", "kind": "Node", "name": owner.name, "uid": owner.uid}
    message = one.message
    if len(message) > LONGEST:
        message = f"{message[: LONGEST - 4]} ..."
    return namespace, {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": about,
        "reason": one.reason,
        "message": message,
        "type": "Warning" if one.warning else "Normal",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
        "source": {"component": one.source, "host": owner.name},
        "reportingComponent": one.source,
        "reportingInstance": owner.name,
    }
