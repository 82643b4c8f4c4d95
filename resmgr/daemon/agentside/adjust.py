# SPDX-License-Identifier: Apache-2.0
"""Adjustments of the node agent made to count, and told in the log (node agent, section 4.4)."""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from ...adjustments import read
from ...engine import adjusting
from ...engine.outcome import Outcome

_LOG = logging.getLogger("adjustments")


class Engine(Protocol):
    """The engine, as far as adjustments go."""

    def adjust(self, text: str, /) -> Outcome:
        """Make adjustments count. Raises `adjusting.Refused`, `read.Unreadable`."""


def make(engine: Engine, follow: Callable[[Outcome], object]) -> Callable[[str], Mapping[str, str]]:
    """Give what takes adjustments as the node agent writes them, and gives what is wrong.

    It raises `ValueError` for a text that holds no adjustments at all.
    """

    def take(text: str) -> Mapping[str, str]:
        try:
            outcome = engine.adjust(text)
        except adjusting.Refused as refused:
            for key, error in refused.errors.items():
                _LOG.error("cannot adjust %s: %s; what was before stays", key, error)
            return refused.errors
        except read.Unreadable as error:
            _LOG.error("%s", error)
            raise
        follow(outcome)
        _LOG.info("adjustments taken")
        return {}

    return take
