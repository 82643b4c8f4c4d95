# SPDX-License-Identifier: Apache-2.0
"""What came of something that was to be sent to the daemon."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Outcome(Enum):
    """How it ended."""

    WAITING = "waiting"
    """It was not answered yet."""

    TAKEN = "taken"
    REFUSED = "refused"
    """The daemon said what is wrong; what it had before stays."""

    UNREACHED = "unreached"
    """The daemon could not be asked; it is tried again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome in words, and what it is about."""

    outcome: Outcome
    message: str = ""
    about: object = None
    errors: Mapping[str, str] = field(default_factory=dict)
    """By name or container, where there are several."""

    def of(self, wanted: object) -> "Verdict":
        """Give this verdict if it is about what is wanted, else that it is waited for."""
        return self if self.about is not None and self.about == wanted else WAITING


WAITING: Final = Verdict(Outcome.WAITING)
"""Nothing has come of it so far."""
