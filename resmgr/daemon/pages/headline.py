# SPDX-License-Identifier: Apache-2.0
"""How the daemon is, in the one line that `systemctl status` has room for."""

import time

from ...engine.engine import Engine
from ...model import ContainerState
from ..configuring.active import Active, Refused


def line(engine: Engine, active: Active, refused: Refused | None) -> str:
    """Tell policy, pools, containers that hold something, and the configuration with its moment.

    A moment and no age, since a line stands there until the next one comes. What was refused is
    told as long as nothing was taken after it.
    """
    alive = sum(one.state is not ContainerState.EXITED for one in engine.ledger.containers.values())
    pools = _pools(engine)
    has = [_count(pools, "pool")] if pools else []
    parts = [
        ", ".join((f"policy {engine.policy.name}", *has, _count(alive, "container"))),
        f"{active.origin.value} {active.name}".rstrip() + f" since {_moment(active.since)}",
    ]
    if refused is not None and refused.when > active.since:
        parts.append(f"another one was refused at {_moment(refused.when)}")
    return "; ".join(parts)


def _pools(engine: Engine) -> int:
    try:
        return len(engine.policy.introspect(engine.policy_state).get("Pools") or {})
    except Exception:  # noqa: BLE001 - no start and no chore fails for a line that people read
        return 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
