# SPDX-License-Identifier: Apache-2.0
"""A process that writes without end, until it is killed.

Transaction n makes container n live and container n - 20 forgotten, with entries that follow; a
number on standard output says that it is answered.
"""

import os
import sys
import threading
from pathlib import Path

from resmgr.model import Container
from resmgr.state.changes import (
    Change,
    DropContainer,
    PutContainer,
    PutEntries,
    PutPolicy,
)
from resmgr.state.store import Store

ALIVE = 20


def transaction(number: int) -> list[Change]:
    """Give the changes of transaction `number`."""
    name, old = f"uid-{number}:main", f"uid-{number - ALIVE}:main"
    changes: list[Change] = [
        PutContainer(Container(name, "p1", "main", args=("x" * (number * 37 % 5000),))),
        PutEntries({name: str(number), old: None, "last": str(number)}),
        DropContainer(old),
    ]
    if number % 50 == 0:
        alive = range(max(1, number - ALIVE + 1), number + 1)
        entries = {f"uid-{one}:main": str(one) for one in alive} | {"last": str(number)}
        changes.append(PutPolicy(f"policy-{number}", entries))
    return changes


def main(folder: str) -> None:
    """Go on from where the last process was killed."""
    store = Store.open(Path(folder), now=lambda: 0.0)
    number = int(store.load().policy.get("last", "0"))
    os.write(1, b"open\n")
    while True:
        number += 1
        if not store.write(transaction(number)):
            sys.exit(store.degraded)
        os.write(1, b"%d\n" % number)
        if number % 40 == 0:
            threading.Thread(target=store.checkpoint, daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
