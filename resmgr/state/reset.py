# SPDX-License-Identifier: Apache-2.0
"""`--reset-config` and `--reset-policy`: forget a part of the state while no daemon runs.

Source: resource manager, section 7.4.
"""

from collections.abc import Callable
from pathlib import Path

from .changes import Change, PutAdjustments, PutConfig, PutPolicy
from .errors import CannotUse
from .store import Store


def reset(
    folder: Path,
    *,
    config: bool,
    policy: bool,
    listening: Callable[[], bool],
    now: Callable[[], float],
) -> tuple[str, ...]:
    """Forget the agent's configuration, the policy's name and state, or both.

    `listening` tells whether somebody answers on the relay's socket; an `OSError` of it counts as
    yes. Gives one sentence for each reset that failed, so their number is the exit status.
    """
    wanted: list[tuple[str, tuple[Change, ...]]] = []
    if config:
        # Adjustments come from the agent as well.
        wanted.append(("configuration", (PutConfig(None), PutAdjustments(""))))
    if policy:
        wanted.append(("policy", (PutPolicy("", {}),)))
    return tuple(
        f"cannot reset the {name}: {cause}"
        for name, changes in wanted
        if (cause := _failure(folder, changes, listening, now))
    )


def _failure(
    folder: Path,
    changes: tuple[Change, ...],
    listening: Callable[[], bool],
    now: Callable[[], float],
) -> str:
    """Write changes; give why it could not be written, or nothing."""
    try:
        if listening():
            return "a daemon serves the relay's socket; stop it first"
    except OSError as error:
        return f"nobody knows whether a daemon serves the relay's socket: {error}"
    if not folder.exists():
        return ""
    try:
        with Store.open(folder, now=now) as store:
            store.write(changes)
            return store.degraded
    except CannotUse as error:
        return str(error)
