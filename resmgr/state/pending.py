# SPDX-License-Identifier: Apache-2.0
"""Changes that could not be written yet.

Only the last change of each row is kept: a disk that stays full for a week costs memory for the
pods of that week, not for every change of them.
"""

from .changes import (
    Change,
    DropContainer,
    DropPod,
    PutAdjustments,
    PutConfig,
    PutContainer,
    PutEntries,
    PutHistory,
    PutPod,
    PutPolicy,
)

_Key = tuple[str, str]


class Pending:
    """Changes in the order in which they have to be written."""

    def __init__(self) -> None:
        self._changes: dict[_Key, Change] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def add(self, change: Change) -> None:
        """Add a change; those that it makes needless go."""
        match change:
            case PutPod(pod):
                self._put(("pod", pod.id), change)
            case DropPod(pod_id):
                self._put(("pod", pod_id), change)
            case PutContainer(container):
                self._put(("container", container.cache_id), change)
            case DropContainer(cache_id):
                self._put(("container", cache_id), change)
            case PutPolicy():
                for key in [key for key in self._changes if key[0] == "entry"]:
                    del self._changes[key]
                self._put(("policy", ""), change)
            case PutEntries(entries):
                for name, value in entries.items():
                    self._put(("entry", name), PutEntries({name: value}))
            case PutConfig() | PutAdjustments() | PutHistory():
                self._put((type(change).__name__, ""), change)

    def changes(self) -> tuple[Change, ...]:
        """Give them all; they stay."""
        return tuple(self._changes.values())

    def clear(self) -> None:
        """Forget them all: they are written."""
        self._changes.clear()

    def _put(self, key: _Key, change: Change) -> None:
        # To the end, since an entry must not be written before the policy that it belongs to.
        self._changes.pop(key, None)
        self._changes[key] = change
