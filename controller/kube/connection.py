# SPDX-License-Identifier: Apache-2.0
"""Where an API server is and how we prove who we are.

Two sources: a kubeconfig file (or its text, as Gardener keeps it in Secrets), and the files that
Kubernetes puts into a pod. Credential plug-ins (`exec`, `auth-provider`) are refused: they
would start programs as the controller.
"""

import base64
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class ConnectionProblem(Exception):
    """The description of a connection cannot be used; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One API server and our identity there.

    `server` is a URL without a trailing slash. `ca` is PEM text or empty (then the system's
    authorities count). `token` counts over `token_file`; the file is read again from time to
    time since the kubelet renews it. `certificate` and `key` are PEM texts.
    """

    server: str
    ca: str = ""
    token: str = ""
    token_file: Path | None = None
    certificate: str = ""
    key: str = ""
    insecure: bool = False
    namespace: str = "default"

    def bearer(self) -> str:
        """Read the token to send now, empty if there is none.

        Raises `OSError` when the token file cannot be read.
        """
        if self.token or self.token_file is None:
            return self.token
        return self.token_file.read_text(encoding="utf-8").strip()

    def ssl(self) -> ssl.SSLContext | bool:
        """Build the TLS settings; `True` means plain HTTP or the defaults of the library.

        Raises `ConnectionProblem` when authority, certificate or key are not what they should be.
        """
        if not self.server.startswith("https:"):
            return True
        try:
            context = ssl.create_default_context(cadata=self.ca or None)
            if self.insecure:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if self.certificate and self.key:
                _load_client_certificate(context, self.certificate, self.key)
        except ssl.SSLError as error:
            message = f"cannot use the certificates for {self.server}: {error}"
            raise ConnectionProblem(message) from error
        return context


def _load_client_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    # The standard library takes a client certificate only from a file.
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
        pem.write(f"{certificate}\n{key}\n")
        pem.flush()
        context.load_cert_chain(pem.name)


def in_cluster(environment: Mapping[str, str], root: Path = SERVICE_ACCOUNT) -> Connection:
    """Read what Kubernetes puts into a pod: the service's address, its CA, the token's file.

    Raises `ConnectionProblem` outside a pod.
    """
    host = environment.get("KUBERNETES_SERVICE_HOST")
    port = environment.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        message = (
            "cannot find the API server: not in a pod (KUBERNETES_SERVICE_HOST is not set); "
            "hint: give --kubeconfig FILE"
        )
        raise ConnectionProblem(message)
    try:
        ca = (root / "ca.crt").read_text(encoding="ascii")
    except OSError as error:
        message = (
            f"cannot read the pod's credentials: {error}; "
            "hint: is a ServiceAccount token mounted? (chart value serviceAccount.projectToken)"
        )
        raise ConnectionProblem(message) from error
    namespace = root / "namespace"
    return Connection(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        ca=ca,
        token_file=root / "token",
        namespace=namespace.read_text(encoding="utf-8").strip()
        if namespace.exists()
        else "default",
    )


def from_kubeconfig(text: str, *, folder: Path | None = None, token: str = "") -> Connection:
    """Read the current context of a kubeconfig's text.

    `folder` is what relative file names in it are relative to; without it file names are
    refused, so that a kubeconfig out of a Secret cannot read our files. `token` replaces the
    user's credentials (Gardener's generic kubeconfig names a token file that only pods have).
    Raises `ConnectionProblem`.
    """
    try:
        config = yaml.safe_load(text)
        context = _mapping(_named(config["contexts"], config["current-context"])["context"])
        cluster = _mapping(_named(config["clusters"], context["cluster"])["cluster"])
        server = str(cluster["server"]).rstrip("/")
        named = {} if token else _named(config["users"], context["user"])["user"]
        user = _mapping(named or {})
    except (yaml.YAMLError, TypeError, LookupError) as error:
        missing = isinstance(error, LookupError)
        cause = f"{error.args[0]!r} is missing" if missing else f"malformed ({error!r})"
        message = (
            f"cannot read kubeconfig: {cause}; hint: kubectl --kubeconfig FILE config view --minify"
        )
        raise ConnectionProblem(message) from error
    for plugin in ("exec", "auth-provider"):
        if plugin in user:
            message = (
                f"cannot use kubeconfig: the user has {plugin} credentials, which would start a "
                "program; hint: use a kubeconfig with a token or a client certificate"
            )
            raise ConnectionProblem(message)
    token_file = user.get("tokenFile")
    if token_file and folder is None:
        message = "cannot use kubeconfig: it names files, but only data is accepted here"
        raise ConnectionProblem(message)
    return Connection(
        server=server,
        ca=_data(cluster, "certificate-authority", folder),
        insecure=bool(cluster.get("insecure-skip-tls-verify", False)),
        token=token or str(user.get("token") or ""),
        token_file=folder / token_file if token_file and folder else None,
        certificate=_data(user, "client-certificate", folder),
        key=_data(user, "client-key", folder),
        namespace=str(context.get("namespace") or "default"),
    )


def load(kubeconfig: Path | None, environment: Mapping[str, str]) -> Connection:
    """Read the kubeconfig file if one is given, else what the pod has.

    Raises `ConnectionProblem`.
    """
    if kubeconfig is None:
        return in_cluster(environment)
    try:
        text = kubeconfig.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read kubeconfig {kubeconfig}: {error}"
        raise ConnectionProblem(message) from error
    return from_kubeconfig(text, folder=kubeconfig.parent)


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for item in items:
        if item["name"] == name:
            return item
    raise LookupError(name)


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(type(value).__name__)
    return value


def _data(section: Mapping[str, Any], key: str, folder: Path | None) -> str:
    """Read PEM text from `<key>-data` (base64) or from the file that `<key>` names."""
    encoded = section.get(f"{key}-data")
    if encoded:
        try:
            return base64.b64decode(encoded, validate=True).decode("ascii")
        except (TypeError, ValueError) as error:
            message = f"cannot read kubeconfig: {key}-data is not base64 of PEM text"
            raise ConnectionProblem(message) from error
    name = section.get(key)
    if not name:
        return ""
    if folder is None:
        message = "cannot use kubeconfig: it names files, but only data is accepted here"
        raise ConnectionProblem(message)
    try:
        return (folder / str(name)).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read {folder / name}: {error}"
        raise ConnectionProblem(message) from error
