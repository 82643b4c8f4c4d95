# SPDX-License-Identifier: Apache-2.0
"""Where the API server is, and how we prove who we are: the pod's files, or a kubeconfig.

Credential plug-ins are refused: they would start programs as root.
"""

import base64
import ssl
import tempfile
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class NoAccess(Exception):
    """The server cannot be known; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class Access:
    """One API server, and we there; PEM texts, empty where there is none."""

    host: str
    port: int
    ca: str = ""
    token: str = ""
    token_file: Path | None = None
    """Counts where there is no `token`; the kubelet renews it."""

    certificate: str = ""
    key: str = ""
    insecure: bool = False
    name: str = ""
    """Name in the server's certificate where that is not `host`."""

    def bearer(self) -> str:
        """Give the token to send now, empty for none. Raises `OSError`."""
        if self.token or self.token_file is None:
            return self.token
        return self.token_file.read_text(encoding="ascii").strip()

    def tls(self) -> ssl.SSLContext:
        """Give the settings of encryption. Raises `NoAccess`."""
        try:
            context = ssl.create_default_context(cadata=self.ca or None)
            context.set_alpn_protocols(["h2"])
            if self.insecure:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if self.certificate and self.key:
                # The standard library takes a client certificate from a file only.
                with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
                    pem.write(f"{self.certificate}\n{self.key}\n")
                    pem.flush()
                    context.load_cert_chain(pem.name)
        except (ssl.SSLError, OSError) as error:
            raise NoAccess(f"cannot use the certificates for {self.host}: {error}") from error
        return context


def load(kubeconfig: str, environ: Mapping[str, str], root: Path = SERVICE_ACCOUNT) -> Access:
    """Give the way to the server: by the kubeconfig file, else as a pod. Raises `NoAccess`."""
    if not kubeconfig:
        return in_cluster(environ, root)
    path = Path(kubeconfig)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoAccess(f"cannot read kubeconfig {kubeconfig}: {error}") from error
    return of_kubeconfig(text, path.parent)


def in_cluster(environ: Mapping[str, str], root: Path = SERVICE_ACCOUNT) -> Access:
    """Give what Kubernetes puts into a pod. Raises `NoAccess` outside of one."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT", "")
    if not host:
        raise NoAccess(
            "cannot find the API server: not in a pod (KUBERNETES_SERVICE_HOST is not set);"
            " give --kubeconfig FILE"
        )
    try:
        ca = (root / "ca.crt").read_text(encoding="ascii")
    except OSError as error:
        raise NoAccess(
            f"cannot read the pod's credentials: {error}; is a ServiceAccount token mounted?"
        ) from error
    number = int(port) if port.isascii() and port.isdigit() else 443
    return Access(host, number, ca=ca, token_file=root / "token")


def of_kubeconfig(text: str, folder: Path) -> Access:
    """Give the current context of a kubeconfig; its files are relative to `folder`.

    Raises `NoAccess`.
    """
    import yaml  # noqa: PLC0415 - pods need none

    try:
        config = yaml.safe_load(text)
        context = _named(config["contexts"], config["current-context"])["context"]
        cluster = _named(config["clusters"], context["cluster"])["cluster"]
        user = _named(config["users"], context["user"]).get("user") or {}
        url = urllib.parse.urlsplit(str(cluster["server"]))
        host, port = url.hostname, url.port or 443
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise NoAccess(
            f"cannot read kubeconfig: {type(error).__name__}: {error};"
            " look at it with: kubectl --kubeconfig FILE config view --minify"
        ) from error
    if url.scheme != "https" or not host:
        raise NoAccess("cannot use kubeconfig: its server has to begin with https://")
    if url.path.strip("/"):
        raise NoAccess("cannot use kubeconfig: its server has a path; give the server itself")
    for plugin in ("exec", "auth-provider"):
        if plugin in user:
            raise NoAccess(
                f"cannot use kubeconfig: the user has {plugin} credentials, which would start a"
                " program; give one with a token or a client certificate"
            )
    token_file = user.get("tokenFile")
    return Access(
        host,
        port,
        ca=_pem(cluster, "certificate-authority", folder),
        token=str(user.get("token") or ""),
        token_file=folder / str(token_file) if token_file else None,
        certificate=_pem(user, "client-certificate", folder),
        key=_pem(user, "client-key", folder),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        name=str(cluster.get("tls-server-name") or ""),
    )


def _named(items: Any, name: str) -> Mapping[str, Any]:
    for item in items:
        if item["name"] == name:
            found: Mapping[str, Any] = item
            return found
    raise LookupError(name)


def _pem(section: Mapping[str, Any], key: str, folder: Path) -> str:
    """Give PEM text from `KEY-data`, or from the file that `KEY` names. Raises `NoAccess`."""
    try:
        if data := section.get(f"{key}-data"):
            return base64.b64decode(data, validate=True).decode("ascii")
        if name := section.get(key):
            return (folder / str(name)).read_text(encoding="ascii")
    except (OSError, TypeError, ValueError) as error:
        raise NoAccess(f"cannot read the kubeconfig's {key}: {error}") from error
    return ""
