# SPDX-License-Identifier: Apache-2.0
"""What a start would find in a state folder, found without touching it."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from . import folder as folders
from . import replay, takeover
from .changes import Saved
from .errors import CannotUse, Trouble, Unreadable
from .store import FILE


@dataclass(frozen=True, slots=True)
class Peeked:
    """What would be remembered, and what a start would say of the folder, a sentence each."""

    saved: Saved
    problems: tuple[str, ...] = ()


def peek(folder: Path) -> Peeked:
    """Look, also while a daemon holds the folder. Raises `CannotUse` where a start would."""
    path = folder / FILE
    try:
        warnings = tuple(filter(None, [folders.judge(folder)]))
        folders.check_file(path)
    except FileNotFoundError:
        return Peeked(Saved())
    except OSError as error:
        hint = "give another one with --relay-dir"
        raise CannotUse(f"cannot use {folder} as state folder: {error.strerror}", hint) from error
    if not path.exists():
        found = takeover.read(folder)
        saved = replay.apply(Saved(), found.changes)
        return Peeked(saved, (*warnings, *filter(None, [found.problem])))
    try:
        saved, problems = _loaded(path)
    except Trouble as error:
        hint = "look as the user that the daemon runs as"
        raise CannotUse(f"cannot read {path}: {error}", hint) from error
    except Unreadable as error:
        aside = f"cannot read {path}: {error}; it would be kept aside, and a new one begun"
        return Peeked(Saved(), (*warnings, aside))
    return Peeked(saved, (*warnings, *problems))


def _loaded(path: Path) -> tuple[Saved, tuple[str, ...]]:
    from . import database  # noqa: PLC0415 - loads sqlite, see there

    with contextlib.closing(database.Database.open_reading(path)) as opened:
        return opened.load()
