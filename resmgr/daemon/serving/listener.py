# SPDX-License-Identifier: Apache-2.0
"""Writes to the log and counts what happens with intercepted calls."""

import logging
from collections.abc import Callable, Sequence

from ...cri.session import Trouble
from ...model import Container
from ...policy.interface import Reason
from ..records import metrics

_LOG = logging.getLogger("resource-manager")
_POLICY = logging.getLogger("policy")

_PASSED = "the request is passed on as it came"
_MEANING = {
    Trouble.UNREADABLE: f"a message cannot be read, {_PASSED}",
    Trouble.POLICY: f"the policy failed, {_PASSED}",
    Trouble.INTERNAL: f"an internal error, {_PASSED}",
    Trouble.EFFECT: "what was decided cannot be carried out",
    Trouble.UNKNOWN: "the container is not known, its call is passed on",
}

_WORDS = {
    Trouble.POLICY: "PolicyFailed",
    Trouble.INTERNAL: "InternalError",
    Trouble.EFFECT: "NotCarriedOut",
}
"""Reasons of the Events that become of troubles which somebody should mend."""


class Listener:
    """Told of troubles and decisions.

    `show` gives a container's name from its cache id, `named` that of one that may be known no
    more: one that was refused is not.
    """

    def __init__(
        self,
        troubles: metrics.Counter,
        show: Callable[[str], str] = str,
        stranger: Callable[[], None] = lambda: None,
        warn: Callable[[str, str, str], None] = lambda _reason, _text, _container: None,
        *,
        named: Callable[[Container], str] = lambda container: container.cache_id,
    ) -> None:
        """Take the counter of troubles, by kind and method; `stranger` hears of unknown containers.

        The runtime has them, so they run without what a policy would give them. `warn` takes what
        people should hear of: a word, the text, the container's cache id or nothing.
        """
        self._troubles = troubles
        self._show = show
        self._stranger = stranger
        self._warn = warn
        self._named = named

    def trouble(
        self, kind: Trouble, method: str, text: str, error: BaseException | None = None
    ) -> None:
        """Write a line, with the stack of an error of ours, and count."""
        self._troubles.add(kind.value, method)
        where = f"{method}: " if method else ""
        level = logging.WARNING if kind is not Trouble.INTERNAL else logging.ERROR
        _LOG.log(level, "%s%s: %s", where, _MEANING[kind], text, exc_info=error)
        if kind is Trouble.UNKNOWN:
            self._stranger()
        elif word := _WORDS.get(kind):
            self._warn(word, f"{where}{_MEANING[kind]}: {text}", "")

    def decided(self, reasons: Sequence[Reason]) -> None:
        """Write a line for each decision."""
        for reason in reasons:
            level = logging.WARNING if reason.warning else logging.INFO
            level = logging.ERROR if reason.error else level
            whose = f"{self._show(reason.container)}: " if reason.container else ""
            _POLICY.log(level, "%s%s", whose, reason.text)
            if reason.warning:
                self._warn("PolicyWarning", reason.text, reason.container)

    def refused(self, container: Container, text: str) -> None:
        """Write a line for a request that could not be met."""
        _POLICY.warning("%s: refused: %s", self._named(container), text)
