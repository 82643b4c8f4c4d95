# SPDX-License-Identifier: Apache-2.0
"""The chart of the webhook: what is asked of whom, and who vouches for it."""

import base64
import collections.abc
import pathlib
import ssl
import subprocess
import typing

import pytest
import yaml
from unit.charts import conftest, pod_security

Object: typing.TypeAlias = dict[str, typing.Any]
Helm: typing.TypeAlias = collections.abc.Callable[..., subprocess.CompletedProcess[str]]
Render: typing.TypeAlias = collections.abc.Callable[..., list[Object]]

CHART = conftest.ROOT / "charts" / "cri-resmgr-webhook"
NAMESPACE = "cri-resmgr"


@pytest.fixture
def render(run_helm: Helm) -> Render:
    """Give a function that renders the chart with values; raises `ValueError`."""

    def render_chart(**values: typing.Any) -> list[Object]:
        done = run_helm(
            *("template", "w", str(CHART), "--namespace", NAMESPACE, "--values", "-"),
            values=values,
        )
        if done.returncode:
            raise ValueError(done.stderr)
        return [one for one in yaml.safe_load_all(done.stdout) if one]

    return render_chart


def only(documents: list[Object], kind: str) -> Object:
    """Pick the one document of a kind."""
    (found,) = (one for one in documents if one["kind"] == kind)
    return found


def hook(documents: list[Object], kind: str) -> Object:
    """Pick the one webhook of a configuration."""
    (found,) = only(documents, kind)["webhooks"]
    return typing.cast("Object", found)


def test_pod_security_is_restricted(render: Render) -> None:
    """Nothing more than an unprivileged process with a secret."""
    template = pod_security.pod_template(only(render(), "Deployment"))

    assert pod_security.violations(template, pod_security.RESTRICTED) == []
    assert template["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("kind", ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])
def test_an_absent_webhook_stops_nobody(render: Render, kind: str) -> None:
    """The failure policy is Ignore, and nobody waits longer than some seconds."""
    found = hook(render(), kind)

    assert (found["failurePolicy"], found["timeoutSeconds"]) == ("Ignore", 5)


def test_system_and_own_pods_are_not_asked_for(render: Render) -> None:
    """By namespace, and by label wherever the webhook runs."""
    found = hook(render(), "MutatingWebhookConfiguration")
    (names,) = found["namespaceSelector"]["matchExpressions"]
    (labels,) = found["objectSelector"]["matchExpressions"]
    own = only(render(), "Deployment")["spec"]["template"]["metadata"]["labels"]

    assert (names["operator"], set(names["values"])) == ("NotIn", {"kube-system", NAMESPACE})
    assert (labels["operator"], labels["values"]) == ("NotIn", [own[labels["key"]]])


def test_the_own_authority_signs_for_the_service(render: Render, tmp_path: pathlib.Path) -> None:
    """The bundle of both configurations verifies the pair in the secret."""
    documents = render()
    data = only(documents, "Secret")["data"]
    bundles = {
        hook(documents, f"{kind}WebhookConfiguration")["clientConfig"]["caBundle"]
        for kind in ("Mutating", "Validating")
    }
    (tmp_path / "crt").write_bytes(base64.b64decode(data["svc.crt"]))
    (tmp_path / "ca").write_bytes(base64.b64decode(data["ca.crt"]))
    verified = subprocess.run(
        ["openssl", "verify", "-CAfile", tmp_path / "ca", tmp_path / "crt"],
        check=False,
        capture_output=True,
        text=True,
    )
    trust = ssl.create_default_context(cadata=base64.b64decode(bundles.pop()).decode())

    assert bundles == set()
    assert verified.stdout.strip().endswith("OK")
    assert trust.cert_store_stats()["x509_ca"] == 1


def test_cert_manager_issues_where_it_is_asked_to(render: Render) -> None:
    """Its injector fills the authority in; no key is in the release."""
    documents = render(certificate={"source": "certManager"})
    certificate = only(documents, "Certificate")
    configuration = only(documents, "MutatingWebhookConfiguration")

    assert "Secret" not in {one["kind"] for one in documents}
    assert f"{NAMESPACE}.svc" in certificate["spec"]["dnsNames"][0]
    assert configuration["metadata"]["annotations"] == {
        "cert-manager.io/inject-ca-from": f"{NAMESPACE}/{certificate['metadata']['name']}"
    }
    assert "caBundle" not in configuration["webhooks"][0]["clientConfig"]


def test_an_issuer_that_is_named_is_used(render: Render) -> None:
    """And none is made."""
    reference = {"kind": "ClusterIssuer", "name": "ours"}
    documents = render(certificate={"source": "certManager", "issuerRef": reference})

    assert only(documents, "Certificate")["spec"]["issuerRef"] == reference
    assert "Issuer" not in {one["kind"] for one in documents}


def test_an_existing_secret_needs_its_authority(render: Render) -> None:
    """Without it no API server would trust the webhook."""
    with pytest.raises(ValueError, match="caBundle"):
        render(certificate={"source": "existing"})

    documents = render(certificate={"source": "existing", "caBundle": "Y2E="})

    assert hook(documents, "MutatingWebhookConfiguration")["clientConfig"]["caBundle"] == "Y2E="


def test_each_webhook_can_be_left_out(render: Render) -> None:
    """Who wants only one has only one."""
    kinds = {one["kind"] for one in render(configMaps={"enabled": False})}

    assert "ValidatingWebhookConfiguration" not in kinds
    assert "MutatingWebhookConfiguration" in kinds


def test_an_unknown_value_is_refused(render: Render) -> None:
    """The schema knows all values."""
    with pytest.raises(ValueError, match="replicaCont"):
        render(replicaCont=3)
