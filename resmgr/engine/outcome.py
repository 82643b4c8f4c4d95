# SPDX-License-Identifier: Apache-2.0
"""What follows from an event, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..intents import Intent
from ..model import Container, LinuxResources
from ..policy.interface import Reason
from ..state.changes import Change


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request must not go on; the text is for the person behind the kubelet."""

    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Intents to carry out, changes to remember, decisions in words.

    `before` has the resources that containers had before, by cache id, of those that intents
    change. `container` is the container that the event was about, as it is known now, with its
    cache id. `failure` is what went wrong inside of a policy: the request goes on untouched, and
    somebody should hear of it.
    """

    intents: tuple[Intent, ...] = ()
    changes: tuple[Change, ...] = ()
    reasons: tuple[Reason, ...] = ()
    before: Mapping[str, LinuxResources] = field(default_factory=dict)
    container: Container | None = None
    refusal: Refusal | None = None
    failure: str = ""

    @property
    def problem(self) -> str:
        """What went wrong, empty where nothing did."""
        return self.failure or (self.refusal.message if self.refusal else "")

    def __add__(self, other: "Outcome") -> "Outcome":
        """Put two outcomes one after the other; the later container, refusal and failure count."""
        return replace(
            self,
            intents=self.intents + other.intents,
            changes=self.changes + other.changes,
            reasons=self.reasons + other.reasons,
            before={**other.before, **self.before},
            container=other.container or self.container,
            refusal=other.refusal or self.refusal,
            failure=other.failure or self.failure,
        )
