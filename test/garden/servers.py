# SPDX-License-Identifier: Apache-2.0
"""A real kube-apiserver with its etcd on loopback, as seed or as shoot.

RBAC is on. There are no controllers behind it: namespaces stay in deletion, owner references
are not followed, DaemonSets get no status. Ready in about 3 s, 310 MB.
"""

import asyncio
import base64
import contextlib
import json
import os
import random
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from controller import kube

from . import binaries, processes

PORTS = range(20000, 32768)
"""Below Linux' ephemeral ports: nobody else gets ours while an API server restarts."""

_ports = iter(random.SystemRandom().sample(PORTS, len(PORTS)))

READY_TIMEOUT = 90.0
_POLL = 0.1

_AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: None
    users: ["system:apiserver"]
  - level: Metadata
"""


class NotReady(Exception):
    """A server did not become ready; the text ends with the last lines of its log."""


class Server:
    """One API server; `start` before use, `stop` at the end (or `servers.running`)."""

    def __init__(
        self,
        name: str,
        *,
        audit: bool = False,
        environment: Mapping[str, str] = os.environ,
        extra_args: tuple[str, ...] = (),
    ) -> None:
        """Start nothing yet. With `audit` each request goes to the file `audit_log`."""
        self.name = name
        self.url = ""
        self._audit = audit
        self._environment = environment
        self._extra_args = extra_args
        self._run: processes.Run | None = None
        self._api: subprocess.Popen[bytes] | None = None
        self._token = secrets.token_hex(16)
        self._programs: dict[str, Path] = {}
        self._etcd_url = ""

    @property
    def folder(self) -> Path:
        """Folder of certificates, logs and data; it goes with the server."""
        if self._run is None:
            message = f"cannot use server {self.name}: it has not been started"
            raise RuntimeError(message)
        return self._run.folder

    @property
    def pid(self) -> int:
        """Process id of the API server that runs."""
        if self._api is None:
            message = f"cannot look at server {self.name}: it does not run"
            raise RuntimeError(message)
        return self._api.pid

    @property
    def audit_log(self) -> Path:
        """File with one audit event (JSON) a line, see module `audit`."""
        return self.folder / "audit.log"

    async def start(self, *, timeout: float = READY_TIMEOUT) -> None:
        """Start etcd and API server and wait until both are ready.

        Raises `NotReady`, `binaries.ProgramMissing`.
        """
        self._programs = binaries.find("etcd", "kube-apiserver", environment=self._environment)
        self._run = processes.Run(self.name)
        try:
            self._prepare()
            await asyncio.wait_for(self._start_etcd(), timeout)
            await self.start_api_server(timeout=timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End both programs and remove their folder. Does nothing the second time."""
        if self._run is not None:
            self._run.close()
            self._run = self._api = None

    async def start_api_server(self, *, timeout: float = READY_TIMEOUT) -> None:
        """Start the API server on its port and data. Raises `NotReady`."""
        self._api = self._start_program("kube-apiserver", self._api_arguments())
        try:
            await asyncio.wait_for(self._until_ready(self._api), timeout)
        except TimeoutError as error:
            raise self._not_ready("kube-apiserver", f"not ready in {timeout:.0f} s") from error

    async def stop_api_server(self, *, kill: bool = False) -> None:
        """End the API server only; etcd keeps its data."""
        if self._api is not None:
            await processes.end(self._api, kill=kill)
            self._api = None

    async def restart_api_server(self, *, kill: bool = False) -> None:
        """End the API server and start it again, as an update of it would."""
        await self.stop_api_server(kill=kill)
        await self.start_api_server()

    def connection(self, token: str = "") -> kube.Connection:
        """Give the way to the server, as administrator or with another token."""
        ca = (self.folder / "certs" / "apiserver.crt").read_text(encoding="ascii")
        return kube.Connection(server=self.url, ca=ca, token=token or self._token)

    def client(self, token: str = "", *, user_agent: str = "garden") -> kube.Client:
        """Open a client, as administrator or with another token; the caller closes it."""
        return kube.Client(self.connection(token), clock=time.monotonic, user_agent=user_agent)

    def kubeconfig(self, token: str = "", *, token_file: str = "") -> str:
        """Write a kubeconfig: for the administrator, for a token, or for a file with a token."""
        connection = self.connection(token)
        return kubeconfig(connection, token_file=token_file)

    def kubeconfig_file(self, name: str, token: str = "") -> Path:
        """Write a kubeconfig into the server's folder and give its path."""
        file = self.folder / f"{name}.kubeconfig"
        file.write_text(self.kubeconfig(token), encoding="utf-8")
        file.chmod(0o600)
        return file

    async def service_account_token(
        self, namespace: str, name: str, *, seconds: int = 86400
    ) -> str:
        """Ask for a token of a ServiceAccount that exists. Raises `kube.ApiError`."""
        async with self.client() as client:
            answer = await client.create(
                f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
                {
                    "apiVersion": "authentication.k8s.io/v1",
                    "kind": "TokenRequest",
                    "spec": {"expirationSeconds": seconds},
                },
            )
        return str(answer["status"]["token"])

    def _prepare(self) -> None:
        """Write what the API server reads: tokens, the key for them, the audit policy."""
        tokens = f'{self._token},admin,admin,"system:masters"\n'
        (self.folder / "tokens.csv").write_text(tokens, encoding="ascii")
        (self.folder / "audit-policy.yaml").write_text(_AUDIT_POLICY, encoding="ascii")
        key = ["openssl", "genrsa", "-out", str(self.folder / "sa.key"), "2048"]
        subprocess.run(key, check=True, capture_output=True)
        self.url = f"https://127.0.0.1:{free_port()}"
        self._etcd_url = f"http://127.0.0.1:{free_port()}"

    async def _start_etcd(self) -> None:
        peer = f"http://127.0.0.1:{free_port()}"
        arguments = [
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={self._etcd_url}",
            f"--advertise-client-urls={self._etcd_url}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        ]
        etcd = self._start_program("etcd", arguments)
        connection = kube.Connection(server=self._etcd_url)
        async with kube.Client(connection, clock=time.monotonic) as client:
            while True:
                self._check_runs(etcd, "etcd")
                try:
                    if (await client.get("/health")).get("health") == "true":
                        return
                except kube.ApiError:
                    pass
                await asyncio.sleep(_POLL)

    def _api_arguments(self) -> list[str]:
        key = self.folder / "sa.key"
        arguments = [
            f"--etcd-servers={self._etcd_url}",
            f"--cert-dir={self.folder / 'certs'}",
            f"--secure-port={self.url.rpartition(':')[2]}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--allow-privileged=true",
            "--disable-admission-plugins=ServiceAccount",
            *self._extra_args,
        ]
        if self._audit:
            arguments += [
                f"--audit-log-path={self.audit_log}",
                "--audit-log-maxsize=2000",  # MB; a log that rotates would lose requests
                f"--audit-policy-file={self.folder / 'audit-policy.yaml'}",
            ]
        return arguments

    async def _until_ready(self, api: subprocess.Popen[bytes]) -> None:
        """Wait until /readyz says ok; the certificate appears with the first start."""
        certificate = self.folder / "certs" / "apiserver.crt"
        while not certificate.exists():
            self._check_runs(api, "kube-apiserver")
            await asyncio.sleep(_POLL)
        async with self.client() as client:
            while not await client.ready():
                self._check_runs(api, "kube-apiserver")
                await asyncio.sleep(_POLL)

    def _start_program(self, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
        if self._run is None:
            message = f"cannot start {name}: server {self.name} has not been started"
            raise RuntimeError(message)
        log = self.folder / f"{name}.log"
        return self._run.start([self._programs[name], *arguments], log=log)

    def _check_runs(self, child: subprocess.Popen[bytes], name: str) -> None:
        if child.poll() is not None:
            raise self._not_ready(name, f"ended with code {child.returncode}")

    def _not_ready(self, name: str, cause: str) -> NotReady:
        log = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        lines = "\n".join(log.splitlines()[-12:])
        return NotReady(f"cannot start {name} of {self.name}: {cause}\n{lines}")


def kubeconfig(connection: kube.Connection, *, token_file: str = "") -> str:
    """Write a kubeconfig (JSON, which is YAML) for a connection; a file may replace the token."""
    user = {"tokenFile": token_file} if token_file else {"token": connection.token}
    cluster = {"server": connection.server, "certificate-authority-data": _encoded(connection.ca)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "garden", "cluster": cluster}],
        "users": [{"name": "garden", "user": user}],
        "contexts": [{"name": "garden", "context": {"cluster": "garden", "user": "garden"}}],
        "current-context": "garden",
    }
    return json.dumps(config, indent=2)


@contextlib.contextmanager
def running(*names: str, audit: bool = False) -> Iterator[tuple[Server, ...]]:
    """Start servers side by side for code that is not asynchronous, and stop them at the end."""
    made = tuple(Server(name, audit=audit) for name in names)

    async def start() -> None:
        await asyncio.gather(*(server.start() for server in made))

    try:
        asyncio.run(start())
        yield made
    finally:
        for server in made:
            server.stop()


def free_port() -> int:
    """Find a port of the loopback interface that is free now, and that nobody gets by chance.

    None is given twice: who got one may not listen there yet. Raises `OSError` when all are gone.
    """
    for port in _ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    message = f"cannot find a free port: none of {PORTS[0]} to {PORTS[-1]} is left"
    raise OSError(message)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
