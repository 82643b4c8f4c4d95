# SPDX-License-Identifier: Apache-2.0
"""The builder of the monitoring part."""

import re
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.component import monitoring, rendering

VALUES = monitoring.MonitoringValues(namespace="shoot--p--a")


def build(
    values: monitoring.MonitoringValues, renderer: rendering.Renderer
) -> dict[str, dict[str, Any]]:
    """The objects by kind."""
    manifests = monitoring.build(values, renderer)
    documents = [yaml.safe_load(text.decode()) for text in manifests.values()]
    return {item["kind"]: item for item in documents}


def test_objects_are_found_by_the_shoots_prometheus(renderer: rendering.Renderer) -> None:
    """Label, name prefix and namespace are those that Gardener looks for (7.6)."""
    found = build(VALUES, renderer)

    assert set(found) == {"ScrapeConfig", "PrometheusRule"}
    for item in found.values():
        assert item["metadata"]["namespace"] == "shoot--p--a"
        assert item["metadata"]["labels"]["prometheus"] == "shoot"
        assert item["metadata"]["name"].startswith("shoot-")


def test_pods_are_scraped_through_the_shoots_api_server(renderer: rendering.Renderer) -> None:
    """Discovery and scrape both use the token and the CA of the shoot."""
    spec = build(VALUES, renderer)["ScrapeConfig"]["spec"]

    discovery = spec["kubernetesSDConfigs"][0]
    paths = [r["replacement"] for r in spec["relabelings"] if r.get("targetLabel") == "__address__"]
    assert paths == ["kube-apiserver:443"]
    assert discovery["apiServer"] == "https://kube-apiserver:443"
    assert discovery["namespaces"] == {"names": ["kube-system"]}
    for section in (spec, discovery):
        assert section["authorization"]["credentials"] == {
            "name": "shoot-access-prometheus-shoot",
            "key": "token",
        }
        assert section["tlsConfig"] == {"ca": {"secret": {"name": "ca", "key": "bundle.crt"}}}


def test_the_proxy_path_is_that_of_the_pods_port(renderer: rendering.Renderer) -> None:
    """The relabeling makes the path from namespace, pod and port as Prometheus joins them."""
    spec = build(VALUES, renderer)["ScrapeConfig"]["spec"]
    rule = next(r for r in spec["relabelings"] if r.get("targetLabel") == "__metrics_path__")
    joined = "kube-system;cri-resmgr-installation-x7k2p;18893"

    path = re.sub(
        f"^(?:{rule['regex']})$", re.sub(r"\$\{(\d)\}", r"\\\1", rule["replacement"]), joined
    )

    base = "/api/v1/namespaces/kube-system/pods"
    assert path == f"{base}/cri-resmgr-installation-x7k2p:18893/proxy/metrics"


def test_a_node_cannot_speak_for_another(renderer: rendering.Renderer) -> None:
    """The label `node` is that of the scrape; one that the pod gives itself is dropped."""
    spec = build(VALUES, renderer)["ScrapeConfig"]["spec"]

    sources = {r.get("targetLabel"): r.get("sourceLabels") for r in spec["relabelings"]}
    assert spec["honorLabels"] is False
    assert sources["node"] == ["__meta_kubernetes_pod_node_name"]
    assert {"action": "labeldrop", "regex": "exported_node"} in spec["metricRelabelings"]


def test_only_known_metrics_are_kept_and_few(renderer: rendering.Renderer) -> None:
    """An allow-list and a sample limit protect the shoot's Prometheus."""
    spec = build(VALUES, renderer)["ScrapeConfig"]["spec"]

    keep = spec["metricRelabelings"][0]
    assert (keep["action"], keep["sourceLabels"]) == ("keep", ["__name__"])
    assert keep["regex"].split("|") == list(monitoring.METRICS)
    assert 0 < spec["sampleLimit"] <= 1000


def test_rules_are_the_tested_ones(renderer: rendering.Renderer) -> None:
    """The groups are those of the file that promtool tests, word for word."""
    text = (renderer.root / "cri-resmgr-monitoring" / "rules" / "shoot.yaml").read_text()

    spec = build(VALUES, renderer)["PrometheusRule"]["spec"]

    assert spec == yaml.safe_load(text)


def test_equal_values_give_equal_bytes(renderer: rendering.Renderer) -> None:
    """MR-2, also with another renderer; files are sorted."""
    one = monitoring.build(VALUES, renderer)

    other = monitoring.build(VALUES, rendering.Renderer(renderer.root))

    assert list(one.items()) == list(other.items())
    assert list(one) == sorted(one)


@settings(deadline=None)
@given(namespace=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_namespace_is_only_a_namespace(renderer: rendering.Renderer, namespace: str) -> None:
    """Whatever it holds, only the namespaces of the objects change."""
    found = build(monitoring.MonitoringValues(namespace=namespace), renderer)

    plain = build(VALUES, renderer)
    for kind, item in found.items():
        assert item["metadata"].pop("namespace") == namespace
        assert plain[kind]["metadata"].pop("namespace") == VALUES.namespace
    assert found == plain
