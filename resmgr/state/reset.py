# SPDX-License-Identifier: Apache-2.0
"""`--reset-config` and `--reset-policy`: forget a part of the state while no daemon runs.

Source: resource manager, section 7.4.
"""

from collections.abc import Callable
from pathlib import Path

from .changes import Change, PutConfig, PutPolicy
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
    wanted: list[tuple[str, Change]] = []
    if config:
        wanted.append(("configuration", PutConfig(None)))
    if policy:
        wanted.append(("policy", PutPolicy("", {})))
    return tuple(
        f"cannot reset the {name}: {cause}"
        for name, change in wanted
        if (cause := _failure(folder, change, listening, now))
    )


def _failure(
    folder: Path, change: Change, listening: Callable[[], bool], now: Callable[[], float]
) -> str:
    """Write one change; give why it could not be written, or nothing."""
    try:
        if listening():
            return "a daemon serves the relay's socket; stop it first"
    except OSError as error:
        return f"nobody knows whether a daemon serves the relay's socket: {error}"
    if not folder.exists():
        return ""
    try:
        with Store.open(folder, now=now) as store:
            store.write([change])
            return store.degraded
    except CannotUse as error:
        return str(error)
