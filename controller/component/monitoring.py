# SPDX-License-Identifier: Apache-2.0
"""What the shoot's Prometheus needs: a scrape configuration and alert rules, in the seed.

Only what is true for one shoot belongs here. Rules about the controller itself look at metrics of
the seed's Prometheus and are deployed once a seed, by the seed chart (its `rules/seed.yaml`).
Whether a shoot has a Prometheus (purpose `testing` has none) is for the caller to decide.
"""

import dataclasses
import functools
from pathlib import Path
from typing import Any

import yaml

from .. import names
from . import rendering

NAME = "shoot-cri-resmgr"
"""Name of both objects; names of monitoring objects of a shoot begin with `shoot-` (7.6)."""

JOB = names.INSTALLATION_DAEMONSET
"""Label `job` of what is scraped; the rules look for it."""

METRICS = (
    "cri_resmgr_installation_build_info",
    "cri_resmgr_installation_kubelet_restarts_total",
    "cri_resmgr_installation_state",
)
"""All that Prometheus keeps of what the installation pods say."""

_SAMPLE_LIMIT = 500
"""Samples of one pod before its scrape is refused as a whole."""

_API_SERVER = "kube-apiserver:443"
"""The shoot's API server as it is called in the shoot's namespace in the seed."""

_CHART = "cri-resmgr-monitoring"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringValues:
    """What the monitoring part of one shoot depends on."""

    namespace: str
    """The shoot's namespace in the seed."""

    ca_secret: str = "ca"  # noqa: S105 (the name of a Secret)
    """Secret there that holds, below `ca_key`, whom the shoot's API server is to be trusted by."""

    ca_key: str = "bundle.crt"


def build(values: MonitoringValues, renderer: rendering.Renderer) -> rendering.Manifests:
    """The manifests of the ManagedResource for the seed, equal for equal values (MR-2).

    Args:
        values: what they depend on.
        renderer: over the folder `charts/internal`.

    Raises:
        ValueError: a value cannot be written.
    """
    common = {
        "name": NAME,
        "namespace": values.namespace,
        "labels": {
            "app.kubernetes.io/name": NAME,
            "origin": names.ORIGIN,
            "prometheus": "shoot",
        },
    }
    return {
        "prometheusrule.yaml": renderer.render(
            f"{_CHART}/templates/prometheusrule.yaml.j2",
            common | {"groups": rule_groups(renderer.root / _CHART / "rules" / "shoot.yaml")},
        ),
        "scrapeconfig.yaml": renderer.render(
            f"{_CHART}/templates/scrapeconfig.yaml.j2", common | _scraping(values)
        ),
    }


@functools.lru_cache(maxsize=4)
def rule_groups(path: Path) -> Any:
    """Read the groups of a rules file of the chart; the file does not change while we run."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]


def _scraping(values: MonitoringValues) -> dict[str, Any]:
    return {
        "job": JOB,
        "sample_limit": _SAMPLE_LIMIT,
        "authorization": {
            "credentials": {"name": "shoot-access-prometheus-shoot", "key": "token"},
        },
        "tls": {"ca": {"secret": {"name": values.ca_secret, "key": values.ca_key}}},
        "api_server": f"https://{_API_SERVER}",
        "api_server_address": _API_SERVER,
        "shoot_namespaces": [names.SHOOT_NAMESPACE],
        "pod_selector": f"app.kubernetes.io/name={names.INSTALLATION_DAEMONSET}",
        "allowed_metrics": "|".join(METRICS),
    }
