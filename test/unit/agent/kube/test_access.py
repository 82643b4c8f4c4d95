# SPDX-License-Identifier: Apache-2.0
"""Where the API server is, and who we are there."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from agent.kube import access
from agent.kube.access import NoAccess


def kubeconfig(cluster: dict[str, Any], user: dict[str, Any]) -> str:
    """A kubeconfig with one of everything."""
    return json.dumps(
        {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def test_a_pod(tmp_path: Path) -> None:
    """The service's address, its authority, the token's file."""
    (tmp_path / "ca.crt").write_text("PEM")
    (tmp_path / "token").write_text("secret\n")
    environ = {"KUBERNETES_SERVICE_HOST": "::1", "KUBERNETES_SERVICE_PORT": "6443"}
    found = access.load("", environ, tmp_path)

    assert (found.host, found.port, found.ca, found.bearer()) == ("::1", 6443, "PEM", "secret")


@pytest.mark.parametrize(
    ("environ", "words"),
    [({}, "not in a pod"), ({"KUBERNETES_SERVICE_HOST": "h"}, "credentials")],
)
def test_no_pod(environ: dict[str, str], words: str, tmp_path: Path) -> None:
    """It is told with what would help."""
    with pytest.raises(NoAccess, match=words):
        access.load("", environ, tmp_path)


def test_a_kubeconfig_and_its_files(tmp_path: Path) -> None:
    """Files are found beside it."""
    (tmp_path / "ca").write_text("PEM")
    (tmp_path / "token").write_text("secret")
    text = kubeconfig(
        {"server": "https://h:7/", "certificate-authority": "ca", "tls-server-name": "n"},
        {"tokenFile": "token"},
    )
    (tmp_path / "config").write_text(text)
    found = access.load(str(tmp_path / "config"), {})

    assert (found.host, found.port, found.ca, found.name) == ("h", 7, "PEM", "n")
    assert found.bearer() == "secret"


def test_data_in_a_kubeconfig(tmp_path: Path) -> None:
    """Certificates may stand in it."""
    data = base64.b64encode(b"PEM").decode()
    user = {"client-certificate-data": data, "client-key-data": data}
    found = access.of_kubeconfig(kubeconfig({"server": "https://h"}, user), tmp_path)

    assert (found.port, found.certificate, found.key, found.bearer()) == (443, "PEM", "PEM", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "cannot read kubeconfig"),
        ("{}", "cannot read kubeconfig"),
        (kubeconfig({"server": "http://h"}, {}), "has to begin with https"),
        (kubeconfig({"server": "https://h/p"}, {}), "has a path"),
        (kubeconfig({"server": "https://h"}, {"exec": {}}), "would start a program"),
        (kubeconfig({"server": "https://h", "certificate-authority": "x"}, {}), "authority"),
        (kubeconfig({"server": "https://h", "certificate-authority-data": "?"}, {}), "authority"),
    ],
)
def test_kubeconfigs_that_cannot_be_used(text: str, words: str, tmp_path: Path) -> None:
    """Each with its reason."""
    with pytest.raises(NoAccess, match=words):
        access.of_kubeconfig(text, tmp_path)


def test_a_kubeconfig_that_is_not_there() -> None:
    """Its name is told."""
    with pytest.raises(NoAccess, match="cannot read kubeconfig /nowhere"):
        access.load("/nowhere", {})


def test_certificates_that_are_none() -> None:
    """They are refused at the start, not with the first request."""
    with pytest.raises(NoAccess, match="cannot use the certificates"):
        access.Access("h", 1, ca="nonsense").tls()


def test_no_certificates_are_looked_at() -> None:
    """Where a kubeconfig says so."""
    context = access.Access("h", 1, insecure=True).tls()

    assert not context.check_hostname
