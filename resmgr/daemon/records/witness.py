# SPDX-License-Identifier: Apache-2.0
"""Keeps and counts what is decided and what fails, for those who ask later; others write logs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...cri.session import Listener, Trouble
from ...model import Container
from ...policy.interface import Reason
from . import decisions, metrics


@dataclass(frozen=True, slots=True)
class Failures:
    """How often something failed, and the last time: seconds since the epoch, and its words."""

    count: int = 0
    when: float = 0.0
    text: str = ""


class Witness:
    """Hears what a listener hears, and passes it on to one."""

    def __init__(
        self,
        inner: Listener,
        kept: decisions.Decisions,
        counted: metrics.Counter,
        *,
        policy: Callable[[], str],
        title: Callable[[str], str],
        named: Callable[[Container], str],
        now: Callable[[], float],
    ) -> None:
        """Take where decisions are kept and counted, by policy and outcome.

        `policy` names the active one, `title` a container of a cache id, `named` one that is not
        known (any more), `now` gives seconds since the epoch.
        """
        self._inner = inner
        self._kept = kept
        self._counted = counted
        self._policy = policy
        self._title = title
        self._named = named
        self._now = now
        self.failures = Failures()
        """Of what was decided and could not be carried out."""

    def trouble(
        self, kind: Trouble, method: str, text: str, error: BaseException | None = None
    ) -> None:
        """Remember what was not carried out, and count policies that fail."""
        self._inner.trouble(kind, method, text, error)
        if kind is Trouble.EFFECT:
            count = self.failures.count + 1
            self.failures = Failures(count, self._now(), text[: decisions.LONGEST])
        elif kind is Trouble.POLICY:
            self._counted.add(self._policy(), "failed")

    def decided(self, reasons: Sequence[Reason]) -> None:
        """Keep decisions in words."""
        self._inner.decided(reasons)
        for reason in reasons:
            level = "error" if reason.error else "warning" if reason.warning else "info"
            self._kept.add(
                reason.container, self._title(reason.container), reason.text, level=level
            )
        if reasons:
            self._counted.add(self._policy(), "decided", by=len(reasons))

    def refused(self, container: Container, text: str) -> None:
        """Keep a refusal; whoever asked hears of it too.

        A container that the runtime has is refused a change, and goes on with what it has.
        """
        self._inner.refused(container, text)
        what = f"resize {decisions.REFUSED}" if container.id else decisions.REFUSED
        title = self._named(container)
        self._kept.add(container.cache_id, title, f"{what}{text}", level="warning")
        if not container.id:
            self._kept.refuse(container)
        self._counted.add(self._policy(), "refused")
