# SPDX-License-Identifier: Apache-2.0
"""The token requestor of a resource manager: tokens for the shoot in secrets of the seed.

Gardener contract, section 4.6. A token is asked for once and again after `RENEWAL` seconds; the
ServiceAccount goes with the secret.
"""

import asyncio
import base64
import contextlib
from typing import Any, Self

from controller import kube
from controller.kube import paths, watch

from . import mirror, workers

Object = dict[str, Any]

SELECTOR = "resources.gardener.cloud/purpose=token-requestor,resources.gardener.cloud/class=shoot"
NAME = "serviceaccount.resources.gardener.cloud/name"
NAMESPACE = "serviceaccount.resources.gardener.cloud/namespace"

LIFETIME = 43200
"""Seconds that a token lives."""

RENEWAL = 0.8 * LIFETIME


class Requestor:
    """Keeps the tokens of all access secrets of the seed; use it in an `async with`."""

    def __init__(self, seed: kube.Client, shoot: kube.Client) -> None:
        """Do nothing yet."""
        self.secrets = mirror.Mirror(seed, "/api/v1/secrets", label_selector=SELECTOR)
        self._seed = seed
        self._shoot = shoot
        self._accounts: dict[watch.Key, tuple[str, str]] = {}
        self._workers = workers.Workers(self._reconcile)

    async def __aenter__(self) -> Self:
        """Start to follow the secrets."""
        self.secrets.listen(lambda key, _: self._workers.add(key))
        await self.secrets.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop."""
        await self.secrets.__aexit__(*exc)
        await self._workers.close()

    async def issued(self, key: watch.Key, *, timeout: float = mirror.TIMEOUT) -> str:
        """Wait until a secret (namespace, name) has a token and give it. Raises `mirror.Late`."""
        obj = await self.secrets.until(
            key,
            lambda obj: bool(((obj or {}).get("data") or {}).get("token")),
            timeout=timeout,
            what="to have a token",
        )
        assert obj is not None
        return base64.b64decode(obj["data"]["token"]).decode()

    async def _reconcile(self, key: watch.Key) -> bool:
        secret = self.secrets.objects.get(key)
        if secret is None:
            account = self._accounts.pop(key, None)
            if account is not None and account not in self._accounts.values():
                await self._remove(*account)
            return False
        annotations = secret["metadata"].get("annotations") or {}
        if NAME not in annotations:
            return False
        account = (annotations.get(NAMESPACE) or "kube-system", annotations[NAME])
        if (secret.get("data") or {}).get("token") and self._accounts.get(key) == account:
            return False
        self._accounts[key] = account
        token = await self._request(*account)
        data = {"token": base64.b64encode(token.encode()).decode()}
        await self._seed.patch(paths.secret(*key), {"data": data})
        asyncio.get_running_loop().call_later(RENEWAL, self._renew, key)
        return False

    def _renew(self, key: watch.Key) -> None:
        if self._accounts.pop(key, None) is not None:
            self._workers.add(key)

    async def _request(self, namespace: str, name: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
        with contextlib.suppress(kube.AlreadyExists):
            await self._shoot.create(path, account)
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": LIFETIME},
        }
        answer = await self._shoot.create(f"{path}/{name}/token", request)
        return str(answer["status"]["token"])

    async def _remove(self, namespace: str, name: str) -> None:
        with contextlib.suppress(kube.NotFound):
            await self._shoot.delete(f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}")
