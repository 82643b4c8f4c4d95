# SPDX-License-Identifier: Apache-2.0
"""The manifests of the node part against the rules for components in a shoot."""

import pathlib
import re
import typing

import pytest
import yaml
from unit.charts import pod_security

from controller import names
from controller.component import node, rendering
from resmgr.config.rollout import Rollout

ROOT = pathlib.Path(__file__).resolve().parents[3]
CHARTS = ROOT / "charts" / "internal"
DOCUMENT = "policy: {Active: topology-aware}"

Object: typing.TypeAlias = dict[str, typing.Any]

CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"}


def build(phase: node.Phase, *, agent: bool = True) -> list[Object]:
    """All objects of a phase, with everything that can be switched on."""
    values = node.NodeValues(
        phase=phase,
        images={names.IMAGE_INSTALLATION: "i:1", names.IMAGE_AGENT: "a:1"},
        configs={"default": DOCUMENT, "fallback": DOCUMENT, "force": DOCUMENT, "group.a": DOCUMENT},
        rollout=Rollout(canary_pools=("a",)),
        agent_enabled=agent,
        vpa_enabled=True,
    )
    manifests = node.build(values, rendering.Renderer(CHARTS))
    return [item for text in manifests.values() for item in yaml.safe_load_all(text.decode())]


OBJECTS = {phase: build(phase) for phase in node.Phase}
EVERY = [
    pytest.param(item, id=f"{phase}-{item['kind']}-{item['metadata']['name']}")
    for phase, items in OBJECTS.items()
    for item in items
]
DAEMON_SETS = [
    param for param in EVERY if typing.cast("Object", param.values[0])["kind"] == "DaemonSet"
]


def installed(kind: str, name: str) -> Object:
    """The object of the install phase."""
    return next(
        item
        for item in OBJECTS[node.Phase.INSTALL]
        if (item["kind"], item["metadata"]["name"]) == (kind, name)
    )


@pytest.mark.parametrize("item", EVERY)
def test_everything_namespaced_is_in_kube_system(item: Object) -> None:
    """Without a namespace the resource manager would take `default` (4.3)."""
    wanted = None if item["kind"] in CLUSTER_SCOPED else "kube-system"

    assert item["metadata"].get("namespace") == wanted


@pytest.mark.parametrize("item", EVERY)
def test_every_object_has_the_labels_of_a_system_component(item: Object) -> None:
    """Labels of section 7.5; origin is never `gardener` (4.2)."""
    labels = item["metadata"]["labels"]

    assert labels["gardener.cloud/role"] == "system-component"
    assert labels["origin"] == "cri-resmgr-extension"
    assert labels["app.kubernetes.io/name"]


@pytest.mark.parametrize("phase", node.Phase)
def test_no_object_is_there_twice(phase: node.Phase) -> None:
    """Kind and name are unique."""
    keys = [(item["kind"], item["metadata"]["name"]) for item in OBJECTS[phase]]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("item", DAEMON_SETS)
def test_daemon_sets_are_as_gardener_wants_them(item: Object) -> None:
    """Tolerations, priority, own account, selector, seccomp, requests without surprises (7.5)."""
    name, spec = item["metadata"]["name"], item["spec"]
    template = spec["template"]

    pod = template["spec"]
    assert spec["selector"]["matchLabels"] == {"app.kubernetes.io/name": name}
    assert spec["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    assert spec["updateStrategy"]["type"] == "RollingUpdate"
    assert {(t["effect"], t["operator"]) for t in pod["tolerations"]} == {
        ("NoSchedule", "Exists"),
        ("NoExecute", "Exists"),
    }
    assert pod["priorityClassName"] == "system-node-critical"
    assert pod["serviceAccountName"] == name
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert template["metadata"]["labels"]["networking.gardener.cloud/to-apiserver"] == "allowed"
    for container in pod["containers"]:
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}
        assert {"readinessProbe", "livenessProbe"} <= set(container)
        environment = {e["name"]: e["valueFrom"]["fieldRef"]["fieldPath"] for e in container["env"]}
        assert environment["NODE_NAME"] == "spec.nodeName"


@pytest.mark.parametrize("item", DAEMON_SETS)
def test_an_older_daemon_set_with_another_selector_can_be_taken_over(item: Object) -> None:
    """Selectors cannot be changed, so it is replaced; its pods are gone before ours come (MR-3)."""
    annotations = item["metadata"]["annotations"]

    assert annotations["resources.gardener.cloud/delete-on-invalid-update"] == "true"
    propagation = "resources.gardener.cloud/deletion-propagation-on-invalid-update"
    assert annotations[propagation] == "Foreground"


@pytest.mark.parametrize("item", DAEMON_SETS)
def test_every_mount_has_its_volume_and_every_volume_its_mount(item: Object) -> None:
    """Host paths are mounted where they lie on the node."""
    pod = item["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["name"]: mount for mount in pod["containers"][0]["volumeMounts"]}

    assert set(volumes) == set(mounts)
    assert len(volumes) == len(pod["volumes"])
    for name, volume in volumes.items():
        if "hostPath" in volume:
            assert mounts[name]["mountPath"] == volume["hostPath"]["path"]


@pytest.mark.parametrize("item", DAEMON_SETS)
def test_exceptions_from_restricted_are_the_documented_ones(item: Object) -> None:
    """Neither is one missing in docs/reference/pod-security.md, nor is one there for nothing."""
    name = item["metadata"]["name"]
    text = (ROOT / "docs" / "reference" / "pod-security.md").read_text()
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in text.splitlines()
        if line.startswith(f"| {name} |")
    ]
    documented = {tuple(row[1:4]) for row in rows if not row[1].startswith("/")}
    paths = {row[1] for row in rows if row[1].startswith("/")}

    found = pod_security.violations(item["spec"]["template"], pod_security.RESTRICTED)

    volumes = {"host-path-volumes", "volume-types"}
    assert {(v.control, v.where, v.value) for v in found if v.control not in volumes} == documented
    assert {v.value for v in found if v.control == "host-path-volumes"} == paths
    assert {v.value for v in found if v.control == "volume-types"} == {"hostPath"}
    assert all(row[-1] for row in rows)


def test_the_installation_is_not_privileged() -> None:
    """No capability, no escalation, no hostPID, a root that cannot be written."""
    pod = installed("DaemonSet", names.INSTALLATION_DAEMONSET)["spec"]["template"]["spec"]

    context = pod["containers"][0]["securityContext"]
    assert context["privileged"] is False
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostPID", "hostIPC"} & set(pod)


def test_configuration_is_optional_for_the_pods() -> None:
    """A pod starts when a ConfigMap of the user is missing."""
    pod = installed("DaemonSet", names.INSTALLATION_DAEMONSET)["spec"]["template"]["spec"]

    volume = next(v for v in pod["volumes"] if v["name"] == "static-configs")
    sources = [source["configMap"] for source in volume["projected"]["sources"]]
    assert {s["name"] for s in sources} == {
        f"cri-resmgr-config.{kind}" for kind in ("fallback", "force", "extra-options")
    }
    assert all(source["optional"] is True for source in sources)


RIGHTS = {
    ("ClusterRole", "cri-resmgr-installation"): {
        "nodes": {"get", "list", "patch"},
        "events": {"create", "patch"},
    },
    ("ClusterRole", "cri-resmgr-agent"): {
        "nodes": {"get", "list", "watch", "patch"},
        "nodes/status": {"patch"},
        "noderesourcemanagers": {"create", "patch"},
        "noderesourcemanagers/status": {"patch"},
        "events": {"create"},
    },
    ("Role", "cri-resmgr-agent"): {
        "configmaps": {"get", "list", "watch"},
        "adjustments": {"get", "list", "watch", "patch"},
    },
    ("ClusterRole", "cri-resmgr-extension-seed"): {"nodes": {"get", "list"}},
}


def test_rights_are_exactly_these() -> None:
    """Least privilege, without wildcards; ConfigMaps and Adjustments of one namespace only."""
    found = {
        (item["kind"], item["metadata"]["name"]): {
            resource: set(rule["verbs"]) for rule in item["rules"] for resource in rule["resources"]
        }
        for item in OBJECTS[node.Phase.INSTALL]
        if item["kind"] in {"Role", "ClusterRole"}
    }

    assert found == RIGHTS


@pytest.mark.parametrize("phase", node.Phase)
def test_every_role_is_bound_to_its_account(phase: node.Phase) -> None:
    """One binding a role; accounts are ours or that of the seed's token."""
    items = OBJECTS[phase]
    roles = {(i["kind"], i["metadata"]["name"]) for i in items if i["kind"].endswith("Role")}

    bindings = [item for item in items if item["kind"].endswith("RoleBinding")]

    accounts = {i["metadata"]["name"] for i in items if i["kind"] == "ServiceAccount"}
    assert {(b["roleRef"]["kind"], b["roleRef"]["name"]) for b in bindings} == roles
    assert len(bindings) == len(roles)
    for binding in bindings:
        assert [s["namespace"] for s in binding["subjects"]] == ["kube-system"]
        assert {s["name"] for s in binding["subjects"]} <= accounts | {names.ACCESS_SERVICE_ACCOUNT}


def test_the_account_of_the_seed_is_left_to_the_token_requestor() -> None:
    """Two owners of one object would undo each other's changes."""
    accounts = [
        item["metadata"]["name"]
        for item in OBJECTS[node.Phase.INSTALL]
        if item["kind"] == "ServiceAccount"
    ]

    assert names.ACCESS_SERVICE_ACCOUNT not in accounts


@pytest.mark.parametrize("phase", node.Phase)
def test_adjustments_survive_the_extension(phase: node.Phase) -> None:
    """Disabling the extension must not remove what shoot owners have made."""
    crd = next(
        item
        for item in OBJECTS[phase]
        if item["metadata"]["name"] == "adjustments.criresmgr.intel.com"
    )

    assert crd["metadata"]["annotations"]["resources.gardener.cloud/keep-object"] == "true"


def test_adjustments_are_wire_compatible() -> None:
    """Names, scope, version, and no status subresource, since agents patch the main resource."""
    spec = installed("CustomResourceDefinition", "adjustments.criresmgr.intel.com")["spec"]

    (version,) = spec["versions"]
    assert (spec["group"], spec["scope"]) == ("criresmgr.intel.com", "Namespaced")
    assert spec["names"]["kind"] == "Adjustment"
    assert (version["name"], version["served"], version["storage"]) == ("v1alpha1", True, True)
    assert "subresources" not in version
    schema = version["schema"]["openAPIV3Schema"]
    assert schema["required"] == ["spec"]
    assert schema["properties"]["spec"]["required"] == ["scope"]
    assert set(schema["properties"]["spec"]["properties"]) == {
        *("scope", "resources", "classes", "toptierLimit")
    }


def test_the_state_of_a_node_is_one_line() -> None:
    """What a shoot owner asks for stands in columns; the agent writes the status alone."""
    spec = installed("CustomResourceDefinition", "noderesourcemanagers.criresmgr.intel.com")["spec"]

    (version,) = spec["versions"]
    columns = [column["name"] for column in version["additionalPrinterColumns"]]
    assert spec["scope"] == "Cluster"
    assert spec["names"]["shortNames"] == ["nrm"]
    assert version["subresources"] == {"status": {}}
    assert [name.upper() for name in columns if name != "Message"] == [
        *("POLICY", "CONFIG", "GENERATION", "APPLIED", "REASON", "CONTAINERS", "AGE")
    ]


def test_nothing_but_templates_lies_in_the_charts() -> None:
    """Every template is rendered by some values, so none is forgotten."""
    rendered = (ROOT / "controller" / "component" / "node.py").read_text()

    templates = sorted((CHARTS / "cri-resmgr-installation" / "templates").iterdir())

    assert templates
    for template in templates:
        assert re.fullmatch(r"[a-z-]+\.yaml\.j2", template.name)
        assert f'"{template.name.removesuffix(".yaml.j2")}"' in rendered
