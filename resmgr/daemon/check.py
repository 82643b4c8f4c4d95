# SPDX-License-Identifier: Apache-2.0
"""Whether the daemon could start as it is told to, and how: the start itself, short of its effects.

It may run beside a daemon at work: state is only read, no file and no socket is taken, and the
runtime is not asked, so what is remembered stands for what runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..engine import events
from ..state import peek, store
from ..state.errors import CannotUse
from ..sysfs import discover
from . import begin, prepare
from .command.flags import Options
from .configuring import sources


@dataclass(frozen=True, slots=True)
class Checked:
    """A start that would go well: one line that says how, and what would be warned of."""

    line: str
    warnings: tuple[str, ...]


def check(options: Options, now: Callable[[], float]) -> Checked:
    """Go through a start; `now` gives seconds since the epoch. Raises `prepare.CannotStart`."""
    folder = Path(options.relay_dir)
    try:
        peeked = peek.peek(folder)
        saved = peeked.saved
        prepared = prepare.of(options, store.Store(folder, now), saved, now)
        chosen = prepared.choose(prepared.sources())
    except (CannotUse, discover.DiscoveryError, sources.Unusable) as error:
        raise prepare.CannotStart(str(error)) from error
    here = events.Synchronised(tuple(saved.pods.values()), tuple(saved.containers.values()))
    begun = begin.begin(prepared, chosen, here)
    reasons = (one.text for one in begun.outcome.reasons if one.warning)
    warnings = (
        *options.warnings,
        *prepared.warnings,
        *peeked.problems,
        *begun.chosen.judged.warnings,
        *reasons,
    )
    count = len(begun.engine.ledger.alive())
    line = (
        f"it would start with policy {begun.engine.policy.name} by the {begun.chosen.source};"
        f" {count} container{'' if count == 1 else 's'} remembered"
    )
    return Checked(line, warnings)
