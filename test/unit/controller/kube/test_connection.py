# SPDX-License-Identifier: Apache-2.0
"""Where an API server is: kubeconfig forms, what is refused, and the files of a pod."""

import base64
import ipaddress
import pathlib
import ssl
from typing import Any

import pytest
import yaml

from controller.kube import connection

PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"


def encoded(text: str) -> str:
    """Give text as a kubeconfig's `-data` keys have it."""
    return base64.b64encode(text.encode()).decode()


def kubeconfig(
    user: dict[str, Any] | None = None, cluster: dict[str, Any] | None = None, **context: str
) -> str:
    """Write a kubeconfig with a second context that must not be chosen."""
    own = {"server": "https://api.example:6443/", "certificate-authority-data": encoded(PEM)}
    other = {"server": "https://wrong.example"}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "right",
            "contexts": [
                {"name": "wrong", "context": {"cluster": "wrong", "user": "wrong"}},
                {"name": "right", "context": {"cluster": "c", "user": "u"} | context},
            ],
            "clusters": [
                {"name": "wrong", "cluster": other},
                {"name": "c", "cluster": own if cluster is None else cluster},
            ],
            "users": [
                {"name": "wrong", "user": {"token": "wrong"}},
                {"name": "u", "user": {"token": "t"} if user is None else user},
            ],
        }
    )


def test_the_current_context_counts() -> None:
    """Server, authority and token are those of the chosen cluster and user."""
    found = connection.from_kubeconfig(kubeconfig())

    assert (found.server, found.ca, found.bearer()) == ("https://api.example:6443", PEM, "t")
    assert not found.insecure


def test_the_namespace_of_the_context_is_kept() -> None:
    """Without one it is `default`."""
    assert connection.from_kubeconfig(kubeconfig()).namespace == "default"
    assert connection.from_kubeconfig(kubeconfig(namespace="n")).namespace == "n"


def test_a_client_certificate_as_data() -> None:
    """Certificate and key are decoded to PEM."""
    user = {"client-certificate-data": encoded(PEM), "client-key-data": encoded("KEY")}

    found = connection.from_kubeconfig(kubeconfig(user))

    assert (found.certificate, found.key, found.bearer()) == (PEM, "KEY", "")


def test_file_names_are_relative_to_the_kubeconfig(tmp_path: pathlib.Path) -> None:
    """As kubectl reads them."""
    for name, content in [("ca.pem", PEM), ("c.pem", "CERT"), ("k.pem", "KEY"), ("token", "tt\n")]:
        (tmp_path / name).write_text(content)
    text = kubeconfig(
        {"client-certificate": "c.pem", "client-key": "k.pem", "tokenFile": "token"},
        {"server": "https://x", "certificate-authority": "ca.pem"},
    )
    file = tmp_path / "config"
    file.write_text(text)

    found = connection.load(file, {})

    assert (found.ca, found.certificate, found.key) == (PEM, "CERT", "KEY")
    assert found.bearer() == "tt"


@pytest.mark.parametrize(
    ("user", "cluster"),
    [
        ({"tokenFile": "/etc/passwd"}, None),
        ({"client-certificate": "/etc/passwd"}, None),
        ({"client-key": "/etc/passwd"}, None),
        (None, {"server": "https://x", "certificate-authority": "/etc/passwd"}),
    ],
    ids=["token", "certificate", "key", "authority"],
)
def test_a_kubeconfig_out_of_a_secret_cannot_read_our_files(
    user: dict[str, Any] | None, cluster: dict[str, Any] | None
) -> None:
    """Without a folder of its own every file name is refused."""
    with pytest.raises(connection.ConnectionProblem, match="files"):
        connection.from_kubeconfig(kubeconfig(user, cluster))


@pytest.mark.parametrize("plugin", ["exec", "auth-provider"])
def test_credentials_that_start_programs_are_refused(plugin: str) -> None:
    """They would run as the controller; the message says what to use instead."""
    with pytest.raises(connection.ConnectionProblem, match=f"{plugin}.*hint"):
        connection.from_kubeconfig(kubeconfig({plugin: {"command": "/bin/sh"}}))


def test_a_given_token_replaces_the_users_credentials() -> None:
    """Gardener's generic kubeconfig names a token file that only pods have."""
    found = connection.from_kubeconfig(kubeconfig({"tokenFile": "/var/run/t"}), token="mine")

    assert (found.bearer(), found.token_file, found.certificate) == ("mine", None, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "apiVersion: v1",
        "current-context: x\ncontexts: []",
        "current-context: x\ncontexts: [1]",
        "current-context: x\ncontexts: {x: y}",
        kubeconfig(cluster={}),
        kubeconfig(cluster={"server": "https://x", "certificate-authority-data": "!!"}),
        kubeconfig(cluster={"server": "https://x", "certificate-authority-data": "w6k="}),
        kubeconfig(cluster={"server": "https://x", "certificate-authority-data": 5}),
        kubeconfig(cluster={"server": "https://x", "certificate-authority-data": "é"}),
        kubeconfig().replace("    token: t", "    - token"),
        kubeconfig().replace("current-context: right", "current-context: gone"),
        "!!python/object/apply:os.system ['true']",
    ],
)
def test_what_is_no_kubeconfig_is_refused_with_a_reason(text: str) -> None:
    """Whatever is wrong, it is one kind of error, and it says what it is about."""
    with pytest.raises(connection.ConnectionProblem, match="cannot read kubeconfig"):
        connection.from_kubeconfig(text)


def test_a_missing_kubeconfig_file_is_named(tmp_path: pathlib.Path) -> None:
    """The message has the path and the cause."""
    with pytest.raises(connection.ConnectionProblem, match=r"config.*No such file"):
        connection.load(tmp_path / "config", {})


def test_a_kubeconfig_file_that_is_no_text_is_named(tmp_path: pathlib.Path) -> None:
    """A binary given by mistake is refused like any other."""
    file = tmp_path / "config"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(connection.ConnectionProblem, match="config"):
        connection.load(file, {})


def test_certificates_that_are_none_are_a_problem_of_the_connection() -> None:
    """A Secret that is half written must not look like a fault of ours."""
    half = connection.Connection("https://x", ca=PEM[:40])

    with pytest.raises(connection.ConnectionProblem, match="https://x"):
        half.ssl()


@pytest.fixture
def pod(tmp_path: pathlib.Path) -> pathlib.Path:
    """Have the files of a pod's ServiceAccount."""
    (tmp_path / "ca.crt").write_text(PEM)
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "namespace").write_text("extension-x")
    return tmp_path


@pytest.mark.parametrize(
    ("host", "server"),
    [
        ("10.0.0.1", "https://10.0.0.1:6443"),
        (str(ipaddress.ip_address("fd00::1")), "https://[fd00::1]:6443"),
        ("kubernetes.default.svc", "https://kubernetes.default.svc:6443"),
    ],
)
def test_in_a_pod_the_service_is_the_server(pod: pathlib.Path, host: str, server: str) -> None:
    """An IPv6 address stands in brackets."""
    environment = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "6443"}

    found = connection.in_cluster(environment, pod)

    assert (found.server, found.ca, found.namespace) == (server, PEM, "extension-x")


def test_in_a_pod_the_token_is_read_when_it_is_needed(pod: pathlib.Path) -> None:
    """The kubelet renews the file while we run."""
    found = connection.in_cluster({"KUBERNETES_SERVICE_HOST": "h"}, pod)
    (pod / "token").write_text("second\n")

    assert found.bearer() == "second"


def test_outside_a_pod_a_kubeconfig_is_asked_for() -> None:
    """The message names the flag."""
    with pytest.raises(connection.ConnectionProblem, match="--kubeconfig"):
        connection.load(None, {})


def test_a_pod_without_a_mounted_token_is_told_so(tmp_path: pathlib.Path) -> None:
    """The chart's ServiceAccount does not mount one by itself."""
    with pytest.raises(connection.ConnectionProblem, match="token mounted"):
        connection.in_cluster({"KUBERNETES_SERVICE_HOST": "h"}, tmp_path)


def test_certificates_are_checked_unless_a_kubeconfig_says_otherwise() -> None:
    """`insecure-skip-tls-verify` is the only way to switch it off."""
    checked = connection.Connection("https://x").ssl()
    unchecked = connection.from_kubeconfig(
        kubeconfig(cluster={"server": "https://x", "insecure-skip-tls-verify": True})
    ).ssl()

    assert isinstance(checked, ssl.SSLContext)
    assert checked.verify_mode is ssl.CERT_REQUIRED
    assert checked.check_hostname
    assert isinstance(unchecked, ssl.SSLContext)
    assert unchecked.verify_mode is ssl.CERT_NONE
