# SPDX-License-Identifier: Apache-2.0
"""Whether this node may change now: the roll-out has a word, and other nodes may come first.

A person who works on one node without a cluster has nobody to ask.
"""

from . import admission as admissions
from . import log as logs
from . import outlook as outlooks
from .api import messages


class Turns:
    """The turn of one node."""

    def __init__(
        self,
        outlook: outlooks.Outlook,
        admission: admissions.Admission | None,
        lines: logs.Log,
    ) -> None:
        """Take what is known of the roll-out, and who asks the others, if there are any."""
        self._outlook = outlook
        self._admission = admission
        self._lines = lines

    def hold(self, *, first: bool, revision: str) -> str:
        """Give what has to be waited for, empty for nothing.

        `first`: something new comes to the node, so that canaries count; `revision`: what comes.
        """
        if problem := self._outlook.problem:
            return problem
        roll = self._outlook.rollout
        if self._admission is None:
            return "the roll-out is paused" if roll.paused else ""
        try:
            return self._admission.ask(self._outlook.pool, roll, first=first, revision=revision)
        except messages.ApiProblem as error:
            self._lines.once("admission", str(error), level="error")
            return "waits for the API server, to see whether other nodes come first"

    def leave(self) -> None:
        """Tell the others that it is their turn; a cluster that is away is told of in the log."""
        if self._admission is not None:
            try:
                self._admission.leave()
            except messages.ApiProblem as error:
                self._lines.once("admission", str(error), level="error")
