# SPDX-License-Identifier: Apache-2.0
"""A collection of an API server as it stands now, and waiting for what will stand there.

One watch serves any number of waits: each looks only at its own object when that changes.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Self

from controller import kube
from controller.kube import watch

Object = dict[str, Any]
Check = Callable[[Object | None], bool]
"""Tells whether an object (`None`: there is none) is as it is waited for."""

TIMEOUT = 30.0


class Late(TimeoutError):
    """What was waited for did not come in time; `last` is the object's last state."""

    def __init__(self, message: str, last: Object | None) -> None:
        """Keep the object beside the text."""
        super().__init__(message)
        self.last = last


class Mirror:
    """Follows one collection; use it in an `async with`."""

    def __init__(
        self,
        client: kube.Client,
        path: str,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> None:
        """Start nothing yet; `path` is the collection's, of all namespaces or of one."""
        self.objects: dict[watch.Key, Object] = {}
        self._client = client
        self._what = watch.Following(
            path, label_selector=label_selector, field_selector=field_selector
        )
        self._waits: dict[watch.Key, list[tuple[Check, asyncio.Future[Object | None]]]] = {}
        self._listeners: list[Callable[[watch.Key, Object | None], None]] = []
        self._synced = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start to follow and wait for the first complete list."""
        self._task = asyncio.create_task(self._follow(), name=f"mirror {self._what.path}")
        await asyncio.wait_for(self._synced.wait(), TIMEOUT)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop to follow."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def listen(self, listener: Callable[[watch.Key, Object | None], None]) -> None:
        """Have `listener` called with each object that is there, changes or goes (`None`)."""
        self._listeners.append(listener)
        for key, obj in self.objects.items():
            listener(key, obj)

    async def until(
        self,
        key: watch.Key,
        check: Check,
        *,
        timeout: float = TIMEOUT,
        what: str = "to be as wanted",
    ) -> Object | None:
        """Wait until `check` holds for the object and give it as it is then.

        What `check` raises ends the wait. Raises `Late` after `timeout` seconds.
        """
        done: asyncio.Future[Object | None] = asyncio.get_running_loop().create_future()
        waits = self._waits.setdefault(key, [])
        waits.append((check, done))
        try:
            self._look(key, check, done)
            return await asyncio.wait_for(done, timeout)
        except TimeoutError as error:
            message = f"waited {timeout:g} s for {self._what.path} {'/'.join(key)} {what}"
            raise Late(message, self.objects.get(key)) from error
        finally:
            waits.remove((check, done))
            if not waits:
                self._waits.pop(key, None)

    async def gone(self, key: watch.Key, *, timeout: float = TIMEOUT) -> None:
        """Wait until the object is gone. Raises `Late`."""
        await self.until(key, lambda obj: obj is None, timeout=timeout, what="to be gone")

    def put(self, obj: Object) -> None:
        """Take an answer to a write of our own, which may be ahead of the watch."""
        self._set(watch.key_of(obj), obj)

    async def _follow(self) -> None:
        async for event in watch.follow(self._client, self._what):
            match event:
                case watch.Changed(obj):
                    self._set(watch.key_of(obj), obj)
                case watch.Deleted(obj):
                    self._set(watch.key_of(obj), None)
                case watch.Synced(keys):
                    for key in self.objects.keys() - keys:
                        self._set(key, None)
                    self._synced.set()

    def _set(self, key: watch.Key, obj: Object | None) -> None:
        known = self.objects.get(key)
        if obj is None:
            self.objects.pop(key, None)
        elif known is not None and version(obj) < version(known):
            return
        else:
            self.objects[key] = obj
        for listener in self._listeners:
            listener(key, obj)
        for check, done in self._waits.get(key, ()):
            self._look(key, check, done)

    def _look(self, key: watch.Key, check: Check, done: asyncio.Future[Object | None]) -> None:
        if done.done():
            return
        obj = self.objects.get(key)
        try:
            if check(obj):
                done.set_result(obj)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits, not to the watch
            done.set_exception(error)


def version(obj: Mapping[str, Any]) -> int:
    """Give an object's resourceVersion as a number; newer states have greater ones."""
    return int(obj["metadata"]["resourceVersion"])
