# SPDX-License-Identifier: Apache-2.0
"""The operator's configs: one ConfigMap, checked before it counts, the last good one in force.

At start a wrong one is refused, since then a person is looking; later a wrong one is
reported and what was in force stays.
"""

import asyncio
import hashlib
import json
import logging
import random
from collections.abc import Mapping
from typing import Any, Protocol

from resmgr.config import configs, problem

from . import kube, names
from .kube import paths

LOGGER = logging.getLogger("controller.operator-configs")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before the second and at most before any further try to read the ConfigMap."""


class Seed(Protocol):
    """The one request that is made; `kube.Client` can do it."""

    async def get(self, path: str) -> dict[str, Any]:
        """Read an object. Raises `kube.ApiError`."""


class OperatorConfigs:
    """The configs in force, TYPE -> text, and their checksum."""

    def __init__(self, path: str = f"configmap {names.OPERATOR_CONFIGS}") -> None:
        """Start with none; `path` is how messages name the source."""
        self._path = path
        self._texts: Mapping[str, str] = {}
        self.checksum = checksum({})
        self.valid = True

    def texts(self) -> Mapping[str, str]:
        """Give what is in force."""
        return self._texts

    def accept(self, data: Mapping[str, Any]) -> bool:
        """Put `data` in force; tell whether that changed anything.

        Raises `problem.ConfigProblems` for a wrong one; what was in force stays.
        """
        texts, problems = configs.check(dict(data), self._path)
        if problems:
            self.valid = False
            raise problem.ConfigProblems(problems)
        self.valid = True
        new = checksum(texts)
        changed = new != self.checksum
        self._texts, self.checksum = dict(texts), new
        return changed

    def offer(self, data: Mapping[str, Any]) -> bool:
        """Put `data` in force if it is right, else log why not; tell whether anything changed."""
        try:
            return self.accept(data)
        except problem.ConfigProblems as problems:
            LOGGER.error(  # noqa: TRY400 - a traceback would tell nothing
                "cannot use operator configs: %s; the earlier ones stay in force", problems
            )
            return False


def checksum(texts: Mapping[str, str]) -> str:
    """Give 16 hexadecimal digits over configs, the same for the same configs."""
    canonical = json.dumps(dict(texts), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


async def read(client: Seed, namespace: str) -> Mapping[str, Any]:
    """Read the ConfigMap's data, empty if there is none. Raises `kube.ApiError`."""
    path = f"{paths.config_maps(namespace)}/{names.OPERATOR_CONFIGS}"
    try:
        found = await client.get(path)
    except kube.NotFound:
        return {}
    return found.get("data") or {}


async def read_patiently(client: Seed, namespace: str, rng: random.Random) -> Mapping[str, Any]:
    """Read the ConfigMap's data, again and again while the API server is away or refuses.

    Working without them would take configs away from shoots, and ending would be a crash loop.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return await read(client, namespace)
        except kube.ApiError as error:
            LOGGER.warning("cannot read operator configs: %s; trying again", error)
        await asyncio.sleep(pause * rng.uniform(0.5, 1.0))
        pause = min(2 * pause, LONGEST_PAUSE)
