# SPDX-License-Identifier: Apache-2.0
"""The Deployment of the seed chart keeps to Gardener's conventions (section 7.1, 7.3, CHART-1)."""

import collections.abc
import typing

import pytest
from unit.charts import pod_security, value_sets

Object: typing.TypeAlias = dict[str, typing.Any]
Render: typing.TypeAlias = collections.abc.Callable[..., list[Object]]
Deployment: typing.TypeAlias = collections.abc.Callable[..., Object]

NAME = "gardener-extension-cri-resmgr"
SHOOTS_LABEL = "networking.resources.gardener.cloud/to-all-shoots-kube-apiserver-tcp-443"


@pytest.fixture
def deployment(render: Render, find: Deployment) -> Deployment:
    """Give a function that renders with values and picks the Deployment."""

    def pick(values: Object | None = None, **more: str) -> Object:
        return find(render(values, **more), "Deployment")

    return pick


def container(deployment: Object) -> Object:
    """Give the only container of a Deployment."""
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    return typing.cast("Object", only)


@pytest.mark.parametrize("place", value_sets.ALL)
@pytest.mark.parametrize("extra", ["plain", "everything"])
def test_pod_security(deployment: Deployment, place: str, extra: str) -> None:
    """The pods keep to level restricted, with every optional volume, too."""
    more = {"imageVectorOverwrite": "images: []", "serviceAccount": {"projectToken": True}}
    values = {**value_sets.ALL[place], **(more if extra == "everything" else {})}
    template = pod_security.pod_template(deployment(values))

    assert pod_security.violations(template, pod_security.RESTRICTED) == []
    assert container(deployment(values))["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize("place", value_sets.ALL)
def test_selector(deployment: Deployment, place: str) -> None:
    """The immutable selector is the same at every place: two labels that no version changes."""
    rendered = deployment(value_sets.ALL[place])
    selector = rendered["spec"]["selector"]["matchLabels"]

    assert selector == {"app.kubernetes.io/name": NAME, "app.kubernetes.io/instance": NAME}
    assert selector.items() <= rendered["spec"]["template"]["metadata"]["labels"].items()


def test_selector_instance(deployment: Deployment) -> None:
    """The instance is the release's name, which gardenlet takes from the ControllerRegistration."""
    rendered = deployment(None, release="other")

    selector = rendered["spec"]["selector"]["matchLabels"]
    assert selector["app.kubernetes.io/instance"] == "other"


def test_selectors_agree(render: Render, find: Deployment) -> None:
    """Service, PodDisruptionBudget and Deployment select the same pods."""
    documents = render()
    selector = find(documents, "Deployment")["spec"]["selector"]["matchLabels"]

    assert find(documents, "Service")["spec"]["selector"] == selector
    assert find(documents, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == selector


def test_availability(render: Render, find: Deployment) -> None:
    """Two replicas, the label by which GRM spreads them, and a budget that never blocks a drain."""
    documents = render()
    rendered = find(documents, "Deployment")
    budget = find(documents, "PodDisruptionBudget")["spec"]

    label = "high-availability-config.resources.gardener.cloud/type"
    assert rendered["metadata"]["labels"][label] == "controller"
    assert rendered["spec"]["replicas"] == 2
    assert rendered["spec"]["revisionHistoryLimit"] == 2
    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_no_own_placement(deployment: Deployment) -> None:
    """Affinity, spreading and tolerations are left to GRM's webhook."""
    spec = deployment()["spec"]["template"]["spec"]

    assert not {"affinity", "topologySpreadConstraints", "tolerations"} & set(spec)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("nothing", "gardener-system-900"),
        ("seed", "gardener-system-900"),
        ("self-hosted", "gardener-system-900"),
        ("runtime-cluster", "gardener-garden-system-200"),
    ],
)
def test_priority(deployment: Deployment, place: str, expected: str) -> None:
    """The priority class is Gardener's, in the garden runtime cluster the injected one."""
    spec = deployment(value_sets.ALL[place])["spec"]["template"]["spec"]

    assert spec["priorityClassName"] == expected


def test_network_policy_labels(deployment: Deployment) -> None:
    """The pods may reach DNS, the seed's API server and those of the shoots, and nothing else."""
    labels = deployment()["spec"]["template"]["metadata"]["labels"]

    assert {key: value for key, value in labels.items() if "networking" in key} == {
        "networking.gardener.cloud/to-dns": "allowed",
        "networking.gardener.cloud/to-runtime-apiserver": "allowed",
        SHOOTS_LABEL: "allowed",
    }


def test_network_policy_without_shoots(deployment: Deployment) -> None:
    """The way to the shoots' API servers can be closed by a value."""
    rendered = deployment({"networkPolicy": {"toShootAPIServers": False}})

    assert SHOOTS_LABEL not in rendered["spec"]["template"]["metadata"]["labels"]


def test_scraping(render: Render, find: Deployment) -> None:
    """The seed's Prometheus finds the pods and is let in on their metrics port."""
    documents = render()
    template = find(documents, "Deployment")["spec"]["template"]
    service = find(documents, "Service")
    prefix = "networking.resources.gardener.cloud"

    annotations = template["metadata"]["annotations"]
    assert annotations["prometheus.io/scrape"] == "true"
    assert annotations["prometheus.io/port"] == "8080"
    assert annotations["prometheus.io/name"] == NAME
    assert service["metadata"]["annotations"] == {
        f"{prefix}/from-all-seed-scrape-targets-allowed-ports": '[{"port":8080,"protocol":"TCP"}]',
        f"{prefix}/namespace-selectors": (
            '[{"matchLabels":{"kubernetes.io/metadata.name":"garden"}}]'
        ),
        f"{prefix}/pod-label-selector-namespace-alias": "extensions",
    }


def test_ports(render: Render, find: Deployment) -> None:
    """Service, probes and flags mean the ports that the container names."""
    documents = render()
    main = container(find(documents, "Deployment"))
    ports = {port["name"]: port["containerPort"] for port in main["ports"]}
    target = find(documents, "Service")["spec"]["ports"][0]["targetPort"]

    assert ports == {"metrics": 8080, "health": 8081}
    assert target == "metrics"
    assert "--metrics-bind-address=:8080" in main["args"]
    assert "--health-bind-address=:8081" in main["args"]


@pytest.mark.parametrize(
    ("probe", "path"),
    [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")],
)
def test_probes(deployment: Deployment, probe: str, path: str) -> None:
    """Each probe asks the health server for its own page."""
    assert container(deployment())[probe]["httpGet"] == {"path": path, "port": "health"}


def test_no_cpu_limit(deployment: Deployment) -> None:
    """There are requests, and nothing throttles the leader."""
    resources = container(deployment())["resources"]

    assert set(resources["requests"]) == {"cpu", "memory"}
    assert "cpu" not in resources.get("limits", {})


def test_environment(deployment: Deployment) -> None:
    """Both namespaces come from the pod, and there is no override unless one is given."""
    reference = {"fieldRef": {"fieldPath": "metadata.namespace"}}

    assert container(deployment())["env"] == [
        {"name": "LEADER_ELECTION_NAMESPACE", "valueFrom": reference},
        {"name": "EXTENSION_CONFIGMAP_NAMESPACE", "valueFrom": reference},
    ]


def test_arguments(deployment: Deployment) -> None:
    """The controller starts with leader election, heartbeat and Gardener's version."""
    main = container(deployment(value_sets.SEED))

    assert main["command"] == [NAME, "run"]
    assert set(main["args"]) >= {
        "--gardener-version=v1.150.0",
        "--leader-election=true",
        "--leader-election-id=gardener-extension-cri-resmgr-leader-election",
        "--heartbeat-namespace=extension-cri-resmgr-x7k2p",
        "--heartbeat-renew-interval-seconds=30",
        "--ignore-operation-annotation=false",
    }


def test_no_gardener_version(deployment: Deployment) -> None:
    """Without a gardenlet there is no flag for its version."""
    assert not [arg for arg in container(deployment())["args"] if "gardener-version" in arg]


DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({}, "localhost/gardener-extension-cri-resmgr:v0.1.0"),
        ({"repository": "r.example.com/x", "tag": "v2"}, "r.example.com/x:v2"),
        ({"repository": "r.example.com/x", "digest": DIGEST}, f"r.example.com/x@{DIGEST}"),
        ({"tag": "v2", "digest": DIGEST}, f"localhost/{NAME}:v2@{DIGEST}"),
        ({"ref": f"r.example.com/y@{DIGEST}", "tag": "v2"}, f"r.example.com/y@{DIGEST}"),
    ],
)
def test_image(deployment: Deployment, image: Object, expected: str) -> None:
    """The image is put together from its parts, or is the full reference of an OCI chart."""
    assert container(deployment({"image": image}))["image"] == expected


def test_mounts(deployment: Deployment) -> None:
    """Every mount has its volume and every volume its mount."""
    values = {"imageVectorOverwrite": "images: []", "serviceAccount": {"projectToken": True}}
    rendered = deployment(values)
    volumes = {volume["name"] for volume in rendered["spec"]["template"]["spec"]["volumes"]}

    assert {mount["name"] for mount in container(rendered)["volumeMounts"]} == volumes


def test_autoscaler(render: Render, find: Deployment) -> None:
    """The VPA moves the requests of the one container, in place where it can."""
    documents = render()
    spec = find(documents, "VerticalPodAutoscaler")["spec"]

    assert spec["targetRef"]["name"] == find(documents, "Deployment")["metadata"]["name"]
    assert spec["updatePolicy"] == {"updateMode": "InPlaceOrRecreate"}
    assert spec["resourcePolicy"]["containerPolicies"] == [
        {
            "containerName": NAME,
            "controlledValues": "RequestsOnly",
            "minAllowed": {"memory": "64Mi"},
        },
        {"containerName": "*", "mode": "Off"},
    ]
