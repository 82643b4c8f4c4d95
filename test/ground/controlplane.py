# SPDX-License-Identifier: Apache-2.0
"""The control plane of the shoot: that of the garden, with everything that nodes need.

kube-apiserver listens on the bridge with certificates of its own authority; kubelets join with a
bootstrap token; controller manager and scheduler run. Ready in about 5 s, 540 MB.
"""

import contextlib
import subprocess
from typing import Any

from garden import binaries, servers

from controller import kube

from . import certificates, places

BOOTSTRAP_TOKEN = "bootstrap-of-nodes"
SERVICE_ADDRESS = "10.0.0.1"
"""What pods know the API server by; nodes lead it to the bridge."""

CLUSTER_ROLE_BINDINGS = {
    "bootstrap": ("system:bootstrappers", "system:node-bootstrapper"),
    "approve": (
        "system:bootstrappers",
        "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
    ),
    "renew": (
        "system:nodes",
        "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    ),
}
"""Name -> group and ClusterRole: how kubelets come to their certificates."""

_REPLACED = (
    "--cert-dir=",
    "--bind-address=",
    "--advertise-address=",
    "--authorization-mode=",
    "--disable-admission-plugins=",
)


class ControlPlane(servers.Server):
    """The servers of one place, whose bridge is up; `start` before use, `stop` at the end."""

    def __init__(self, place: places.Place) -> None:
        """Start nothing yet."""
        super().__init__(f"ground-{place.number}")
        self.place = place

    @property
    def authority(self) -> str:
        """The certificate of the authority, PEM."""
        return (self.folder / "certs" / "ca.crt").read_text(encoding="ascii")

    async def start(self, *, timeout: float = servers.READY_TIMEOUT) -> None:
        """Start all and wait until the API server takes pods.

        Raises `servers.NotReady`, `binaries.ProgramMissing`.
        """
        await super().start(timeout=timeout)
        try:
            await self._bind_roles()
            self.start_manager()
            self.start_scheduler()
        except BaseException:
            self.stop()
            raise

    def connection(self, token: str = "") -> kube.Connection:
        """Give the way to the server, as administrator or with another token."""
        return kube.Connection(server=self.url, ca=self.authority, token=token or self._token)

    def start_manager(self) -> subprocess.Popen[bytes]:
        """Start the controller manager."""
        certs = self.folder / "certs"
        return self._start_controller(
            "kube-controller-manager",
            f"--service-account-private-key-file={self.folder / 'sa.key'}",
            f"--root-ca-file={certs / 'ca.crt'}",
            f"--cluster-signing-cert-file={certs / 'ca.crt'}",
            f"--cluster-signing-key-file={certs / 'ca.key'}",
            "--node-monitor-grace-period=40s",
        )

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start the scheduler."""
        return self._start_controller("kube-scheduler")

    def _start_controller(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        self._programs |= binaries.find(name, environment=self._environment)
        common = [
            f"--kubeconfig={self.kubeconfig_file(name)}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            f"--secure-port={servers.free_port()}",
            # They come with more than the server takes at once otherwise, right after its start.
            "--kube-api-qps=200",
            "--kube-api-burst=400",
        ]
        return self._start_program(name, [*common, *arguments])

    def _prepare(self) -> None:
        super()._prepare()
        self.url = f"https://{self.place.gateway}:{self.url.rpartition(':')[2]}"
        certs = self.folder / "certs"
        certs.mkdir()
        authority = certificates.Authority(certs)
        addresses = [self.place.gateway, "127.0.0.1", SERVICE_ADDRESS]
        names = ["kubernetes.default.svc", "kubernetes.default", "kubernetes", "localhost"]
        authority.issue(
            "apiserver",
            "/CN=kube-apiserver",
            usage="serverAuth",
            alternatives=[
                *(f"IP:{each}" for each in addresses),
                *(f"DNS:{each}" for each in names),
            ],
        )
        authority.issue("kubelet-client", "/O=system:masters/CN=apiserver", usage="clientAuth")
        row = f"{BOOTSTRAP_TOKEN},node-bootstrap,node-bootstrap,system:bootstrappers\n"
        with (self.folder / "tokens.csv").open("a", encoding="ascii") as tokens:
            tokens.write(row)

    def _api_arguments(self) -> list[str]:
        certs = self.folder / "certs"
        kept = [word for word in super()._api_arguments() if not word.startswith(_REPLACED)]
        return [
            *kept,
            f"--bind-address={self.place.gateway}",
            f"--advertise-address={self.place.gateway}",
            f"--tls-cert-file={certs / 'apiserver.crt'}",
            f"--tls-private-key-file={certs / 'apiserver.key'}",
            f"--client-ca-file={certs / 'ca.crt'}",
            f"--kubelet-client-certificate={certs / 'kubelet-client.crt'}",
            f"--kubelet-client-key={certs / 'kubelet-client.key'}",
            "--kubelet-preferred-address-types=InternalIP",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            # Webhooks: nobody routes the addresses of services here, but those of pods.
            "--enable-aggregator-routing=true",
        ]

    async def _bind_roles(self) -> None:
        rbac = "rbac.authorization.k8s.io"
        async with self.client() as client:
            for name, (group, role) in CLUSTER_ROLE_BINDINGS.items():
                binding: dict[str, Any] = {
                    "apiVersion": f"{rbac}/v1",
                    "kind": "ClusterRoleBinding",
                    "metadata": {"name": f"ground:{name}"},
                    "subjects": [{"kind": "Group", "name": group, "apiGroup": rbac}],
                    "roleRef": {"kind": "ClusterRole", "name": role, "apiGroup": rbac},
                }
                with contextlib.suppress(kube.AlreadyExists):
                    await client.create(f"/apis/{rbac}/v1/clusterrolebindings", binding)
