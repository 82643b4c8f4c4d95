# SPDX-License-Identifier: Apache-2.0
"""Another configuration at run time: all of it is taken, or nothing (section 6.7).

Unlike the original, another policy counts at once: all containers are placed anew by it, and if it
fails, the old one goes on with what it had.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ..config.problem import ConfigProblems
from ..engine.outcome import Outcome
from ..policy.interface import BadConfiguration, Policy, PolicyError
from ..state.changes import Change, PutConfig
from .agentside.config_service import Rejected
from .configuring import settings, sources
from .configuring.active import Active, Refused
from .configuring.configuration import CannotRead, Judge, Judged, read_file
from .configuring.history import History
from .configuring.settings import Settings
from .configuring.sources import Origin
from .prepare import switch_refused
from .records import metrics

_LOG = logging.getLogger("config")


class Node(Protocol):
    """What judges configurations and makes policies on this machine."""

    @property
    def judge(self) -> Judge:
        """Whoever judges."""

    def make(self, wanted: settings.Policy, /) -> Policy[Any]:
        """Make a policy. Raises `PolicyError`."""

    def below(self) -> sources.Source:
        """Give what counts where the node agent gives nothing."""

    def accept(self, wanted: Settings, /) -> None:
        """Judge what is asked of controllers. Raises `PolicyError`."""


class Switch(Protocol):
    """The engine, as far as its policy is changed."""

    @property
    def policy(self) -> Policy[Any]:
        """The active policy."""

    def switch(self, policy: Policy[Any], /) -> Outcome:
        """Make another one active. Raises what the policy raises."""


class Keep(Protocol):
    """Where the node agent's configuration is kept."""

    def write(self, changes: Sequence[Change], /) -> None:
        """Write changes."""


class Reconfigurer:
    """Holds the configuration that counts; `followers` hear of each new one."""

    def __init__(
        self,
        *,
        active: Active,
        node: Node,
        engine: Switch,
        follow: Callable[[Outcome], object],
        keep: Keep,
        applied: metrics.Counter,
        may_switch: bool,
        now: Callable[[], float],
    ) -> None:
        """Begin with the configuration of the start; `applied` counts by result.

        `now` gives seconds since the epoch.
        """
        self.active = active
        self.refused: Refused | None = None
        """The last configuration that was not taken."""
        self.history = History()
        self.followers: list[Callable[[Settings], None]] = []
        self._node = node
        self._engine = engine
        self._follow = follow
        self._keep = keep
        self._applied = applied
        self._may_switch = may_switch
        self._now = now

    def remember(self, history: History) -> None:
        """Remember configurations there from now on, beginning with the one that counts."""
        self.history = history
        history.took(self.active)

    @property
    def current(self) -> Settings:
        """What the configuration says."""
        return self.active.judged.settings

    @property
    def origin(self) -> Origin:
        """Where it comes from."""
        return self.active.origin

    def from_agent(self, data: Mapping[str, str]) -> None:
        """Take what the node agent gives. Raises `Rejected`.

        `keep` comes when it is carried out. No text at all says that there is no configuration any
        more: what it gave is forgotten.
        """
        if not data:
            self._drop()
            return
        if self.origin is Origin.FORCED:
            why = f"the forced configuration {self.active.name} counts, and no other"
            self.history.refused(Refused(Origin.AGENT, "", self._now(), why))
            raise Rejected(f"{why}; remove --force-config")
        self._take(lambda: self._node.judge.of_data(data), Origin.AGENT)

    def keep(self, data: Mapping[str, str]) -> None:
        """Keep what the node agent gave for the next start; no text at all is kept as none."""
        self._keep.write([PutConfig(dict(data) or None)])

    def fell_short(self, why: str) -> Rejected:
        """Remember that what was taken could not be carried out; give what is to be raised."""
        policy = self.current.policy.active
        self.history.refused(Refused(self.origin, self.active.name, self._now(), why), policy)
        return Rejected(why)

    def _drop(self) -> None:
        """Have that what would count without a node agent. Raises `Rejected`."""
        if self.origin in {Origin.AGENT, Origin.KEPT}:
            below = self._node.below()
            self._take(below.judge, below.origin, below.name)
        self.keep({})

    def from_file(self, path: str) -> None:
        """Take the forced configuration anew. Raises `Rejected`."""
        self._take(lambda: self._node.judge.of_text(read_file(path)), Origin.FORCED, path)

    def _take(self, judge: Callable[[], Judged], origin: Origin, name: str = "") -> None:
        judged: Judged | None = None
        try:
            judged = judge()
            self._node.accept(judged.settings)
            self._switch(judged.settings.policy)
        except Exception as error:  # a policy may fail in any way
            self._applied.add("rejected")
            text = " ".join(filter(None, ("configuration", name, "rejected")))
            text += f":{sources.told(error)}"
            known = isinstance(error, (ConfigProblems, CannotRead, PolicyError))
            _LOG.error("%s; the one before stays", text, exc_info=None if known else error)
            self.refused = Refused(origin, name, self._now(), sources.told(error).strip())
            self.history.refused(self.refused, judged.settings.policy.active if judged else "")
            raise Rejected(text) from error
        for warning in judged.warnings:
            _LOG.warning("%s", warning)
        self.active = Active(judged, origin, name, self._now(), self.active.generation + 1)
        self.history.took(self.active)
        for follower in self.followers:
            follower(judged.settings)
        self._applied.add("accepted")
        _LOG.info("using the new %s", origin.value)

    def _switch(self, wanted: settings.Policy) -> None:
        if wanted.same_as(self.current.policy):
            return
        active = self._engine.policy.name
        if wanted.active != active and not self._may_switch:
            raise BadConfiguration(switch_refused(active, wanted.active))
        outcome = self._engine.switch(self._node.make(wanted))
        if wanted.active != active:
            _LOG.info("policy %s takes over from %s", wanted.active, active)
        self._follow(outcome)
