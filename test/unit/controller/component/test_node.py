# SPDX-License-Identifier: Apache-2.0
"""The builder of the node part: what depends on which value, and that nothing else does."""

import dataclasses
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller import names
from controller.component import node, rendering
from resmgr.config.rollout import Rollout

IMAGES = {names.IMAGE_INSTALLATION: "host/installation:1", names.IMAGE_AGENT: "host/agent:1"}
INSTALL = node.NodeValues(phase=node.Phase.INSTALL, images=IMAGES)
CLEANUP = node.NodeValues(phase=node.Phase.CLEANUP, images=IMAGES)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def objects(manifests: rendering.Manifests) -> dict[tuple[str, str], dict[str, Any]]:
    """All objects by kind and name."""
    documents = [
        document
        for text in manifests.values()
        for document in yaml.load_all(text, yaml.CSafeLoader)
    ]
    return {(item["kind"], item["metadata"]["name"]): item for item in documents}


def build(values: node.NodeValues, renderer: rendering.Renderer) -> dict[tuple[str, str], Any]:
    """The objects for values."""
    return objects(node.build(values, renderer))


def pod_spec(values: node.NodeValues, renderer: rendering.Renderer, name: str) -> dict[str, Any]:
    """The pod spec of a DaemonSet."""
    spec: dict[str, Any] = build(values, renderer)["DaemonSet", name]["spec"]["template"]["spec"]
    return spec


def arguments(values: node.NodeValues, renderer: rendering.Renderer) -> list[str]:
    """Arguments of the installation as the kubelet hands them over."""
    spec = pod_spec(values, renderer, names.INSTALLATION_DAEMONSET)
    return [argument.replace("$$", "$") for argument in spec["containers"][0]["args"]]


def test_the_installation_stands_alone_without_any_configuration(
    renderer: rendering.Renderer,
) -> None:
    """Nothing has to be given but the image."""
    assert sorted(build(INSTALL, renderer)) == [
        ("ClusterRole", "cri-resmgr-extension-seed"),
        ("ClusterRole", "cri-resmgr-installation"),
        ("ClusterRoleBinding", "cri-resmgr-extension-seed"),
        ("ClusterRoleBinding", "cri-resmgr-installation"),
        ("ConfigMap", "cri-resmgr-rollout"),
        ("CustomResourceDefinition", "adjustments.criresmgr.intel.com"),
        ("DaemonSet", "cri-resmgr-installation"),
        ("ServiceAccount", "cri-resmgr-installation"),
    ]


def test_the_agent_comes_with_its_rights_when_it_is_enabled(renderer: rendering.Renderer) -> None:
    """The DaemonSet and the rights of the agent stand behind one value."""
    enabled = dataclasses.replace(INSTALL, agent_enabled=True)

    added = set(build(enabled, renderer)) - set(build(INSTALL, renderer))

    kinds = {"DaemonSet", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role"}
    assert added == {
        ("CustomResourceDefinition", "noderesourcemanagers.criresmgr.intel.com"),
        *((kind, "cri-resmgr-agent") for kind in kinds | {"RoleBinding"}),
    }


def test_the_clean_up_has_neither_agent_nor_configuration(renderer: rendering.Renderer) -> None:
    """Rights, CRD and installation stay; whatever the user configured makes no difference."""
    configured = dataclasses.replace(
        CLEANUP,
        agent_enabled=True,
        configs={"default": "no: [configuration", "???": ""},
        node_selector={"a": "b"},
        worker_pools=("a",),
        rollout=Rollout(max_unavailable=1, paused=True),
    )

    found = node.build(configured, renderer)

    assert found == node.build(CLEANUP, renderer)
    assert {kind for kind, _ in objects(found)} == {
        *("ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "DaemonSet"),
        "ServiceAccount",
    }


def test_the_clean_up_removes_on_all_nodes_at_once(renderer: rendering.Renderer) -> None:
    """The pods run with --remove, mount no ConfigMap, and may all be replaced together."""
    daemon_set = build(CLEANUP, renderer)["DaemonSet", names.INSTALLATION_DAEMONSET]

    pod = daemon_set["spec"]["template"]["spec"]
    assert pod["containers"][0]["args"][:2] == ["install", "--remove"]
    assert {kind for volume in pod["volumes"] for kind in volume} == {
        *("name", "hostPath", "emptyDir")
    }
    assert daemon_set["spec"]["updateStrategy"]["rollingUpdate"] == {"maxUnavailable": "100%"}


def test_a_node_counts_as_clean_when_its_pod_stays_ready(renderer: rendering.Renderer) -> None:
    """A kubelet calls a pod Ready for a moment after its own restart, whatever the probe says."""
    name = names.INSTALLATION_DAEMONSET
    cleaning, installing = (
        build(values, renderer)["DaemonSet", name]["spec"] for values in (CLEANUP, INSTALL)
    )
    probe = cleaning["template"]["spec"]["containers"][0]["readinessProbe"]

    assert cleaning["minReadySeconds"] >= 2 * probe["periodSeconds"] + probe["timeoutSeconds"]
    assert "minReadySeconds" not in installing


def test_probes_do_not_depend_on_the_disk(renderer: rendering.Renderer) -> None:
    """A full disk must not have a pod restarted that keeps its node."""
    volumes = pod_spec(INSTALL, renderer, names.INSTALLATION_DAEMONSET)["volumes"]

    assert [one["emptyDir"]["medium"] for one in volumes if one["name"] == "tmp"] == ["Memory"]


def test_the_clean_up_changes_the_pod_template(renderer: rendering.Renderer) -> None:
    """So every pod of the installation is replaced by one that cleans up."""
    name = names.INSTALLATION_DAEMONSET

    assert pod_spec(CLEANUP, renderer, name) != pod_spec(INSTALL, renderer, name)


def test_the_selection_is_handed_to_the_pods(renderer: rendering.Renderer) -> None:
    """It is an argument; the DaemonSet's own nodes do not depend on it."""
    selected = dataclasses.replace(
        INSTALL, node_selector={"b": "2", "a": "1"}, worker_pools=("z", "a", "z")
    )

    flag = next(a for a in arguments(selected, renderer) if a.startswith("--selection="))
    wanted = {"nodeSelector": {"a": "1", "b": "2"}, "workerPools": ["a", "z"]}
    name = names.INSTALLATION_DAEMONSET
    affinities = [pod_spec(v, renderer, name)["affinity"] for v in (selected, INSTALL)]
    assert json.loads(flag.removeprefix("--selection=")) == wanted
    assert affinities[0] == affinities[1]


def test_nothing_in_an_argument_is_expanded_by_the_kubelet(renderer: rendering.Renderer) -> None:
    """`$(NAME)` reaches the program as it was written."""
    tricky = dataclasses.replace(INSTALL, node_selector={"a": "$(NODE_NAME) $$(X)"})

    raw = pod_spec(tricky, renderer, names.INSTALLATION_DAEMONSET)["containers"][0]["args"]

    assert any("$$(NODE_NAME) $$$$(X)" in argument for argument in raw)
    assert not any("$(NODE_NAME)" in argument.replace("$$", "") for argument in raw)


@pytest.mark.parametrize("name", [names.INSTALLATION_DAEMONSET, names.AGENT_DAEMONSET])
def test_pods_stay_off_control_planes(renderer: rendering.Renderer, name: str) -> None:
    """Excluded pools and control-plane nodes get no pod, in whichever order they are named."""
    values = [
        dataclasses.replace(INSTALL, agent_enabled=True, excluded_pools=pools)
        for pools in (("cp-b", "cp-a"), ("cp-a", "cp-b", "cp-a"))
    ]

    affinity = pod_spec(values[0], renderer, name)["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert [term["matchExpressions"] for term in terms] == [
        [
            {"key": "worker.gardener.cloud/cri-name", "operator": "In", "values": ["containerd"]},
            {"key": "node-role.kubernetes.io/control-plane", "operator": "DoesNotExist"},
            {"key": "worker.gardener.cloud/pool", "operator": "NotIn", "values": ["cp-a", "cp-b"]},
        ]
    ]
    assert node.build(values[0], renderer) == node.build(values[1], renderer)


@pytest.mark.parametrize("limit", [3, "25%"])
def test_the_roll_out_is_limited_as_configured(
    renderer: rendering.Renderer, limit: int | str
) -> None:
    """The DaemonSet obeys maxUnavailable, number or percentage (NODE-4)."""
    values = dataclasses.replace(INSTALL, rollout=Rollout(max_unavailable=limit))

    daemon_set = build(values, renderer)["DaemonSet", names.INSTALLATION_DAEMONSET]

    assert daemon_set["spec"]["updateStrategy"]["rollingUpdate"] == {"maxUnavailable": limit}


def test_pausing_rolls_no_pod(renderer: rendering.Renderer) -> None:
    """Canary pools, the stop and the pause reach the pods by a file and not by their template."""
    paused = dataclasses.replace(
        INSTALL, rollout=Rollout(canary_pools=("b", "a"), max_rolled_back=3, paused=True)
    )

    before, after = build(INSTALL, renderer), build(paused, renderer)

    key = ("ConfigMap", node.ROLLOUT_CONFIG_MAP)
    assert json.loads(after[key]["data"]["rollout.json"]) == {
        "canaryPools": ["a", "b"],
        "maxRolledBack": 3,
        "maxUnavailable": "10%",
        "paused": True,
    }
    assert {name for name in after if after[name] != before[name]} == {key}


@pytest.mark.parametrize("kind", ["fallback", "force", "EXTRA_OPTIONS"])
def test_a_mounted_text_rolls_the_pods(renderer: rendering.Renderer, kind: str) -> None:
    """The checksum in the pod template changes with it (MR-4)."""
    text = 'EXTRA_OPTIONS="--metrics-interval=5s"' if kind == "EXTRA_OPTIONS" else "logger: {}"
    values = dataclasses.replace(INSTALL, configs={kind: text})

    templates = [
        build(v, renderer)["DaemonSet", names.INSTALLATION_DAEMONSET]["spec"]["template"]
        for v in (INSTALL, values)
    ]
    assert templates[0]["metadata"]["annotations"] != templates[1]["metadata"]["annotations"]
    assert templates[0]["spec"] == templates[1]["spec"]


def test_texts_for_the_agent_roll_no_pod(renderer: rendering.Renderer) -> None:
    """default, group.* and node.* only change ConfigMaps."""
    texts = {"default": "logger: {}", "group.a": "logger: {}", "node.b": "logger: {}"}
    before = build(INSTALL, renderer)

    after = build(dataclasses.replace(INSTALL, configs=texts), renderer)

    assert {key for key in after if after[key] != before.get(key)} == {
        ("ConfigMap", f"cri-resmgr-config.{kind}") for kind in texts
    }


def test_new_nodes_may_be_opened_before_the_installation_is_done(
    renderer: rendering.Renderer,
) -> None:
    """The label that keeps them closed can be switched off, on object and template together."""
    label = "node.gardener.cloud/critical-component"

    found = [
        build(dataclasses.replace(INSTALL, critical_component=critical), renderer)
        for critical in (True, False)
    ]

    on, off = (f["DaemonSet", names.INSTALLATION_DAEMONSET] for f in found)
    assert on["metadata"]["labels"][label] == "true"
    assert on["spec"]["template"]["metadata"]["labels"][label] == "true"
    assert label not in json.dumps(off)


def test_the_agent_never_keeps_a_node_closed(renderer: rendering.Renderer) -> None:
    """Its readiness tells that a configuration was refused, which is no reason to refuse pods."""
    values = dataclasses.replace(INSTALL, agent_enabled=True)

    agent = build(values, renderer)["DaemonSet", names.AGENT_DAEMONSET]

    assert "critical-component" not in json.dumps(agent)


def test_autoscalers_come_only_where_the_shoot_has_them(renderer: rendering.Renderer) -> None:
    """One for each DaemonSet that is there."""
    kind = "VerticalPodAutoscaler"
    cases = [(INSTALL, True), (CLEANUP, True), (INSTALL, False)]

    found = [
        {
            name
            for k, name in build(
                dataclasses.replace(values, vpa_enabled=vpa, agent_enabled=True), renderer
            )
            if k == kind
        }
        for values, vpa in cases
    ]

    assert found == [
        {names.INSTALLATION_DAEMONSET, names.AGENT_DAEMONSET},
        {names.INSTALLATION_DAEMONSET},
        set(),
    ]


def test_images_come_from_the_caller_only(renderer: rendering.Renderer) -> None:
    """Each DaemonSet has the reference of its name in the image vector."""
    values = dataclasses.replace(INSTALL, agent_enabled=True)

    found = [
        pod_spec(values, renderer, name)["containers"][0]["image"]
        for name in (names.INSTALLATION_DAEMONSET, names.AGENT_DAEMONSET)
    ]

    assert found == [IMAGES[names.IMAGE_INSTALLATION], IMAGES[names.IMAGE_AGENT]]


def test_a_missing_image_is_named(renderer: rendering.Renderer) -> None:
    """No DaemonSet without image is made."""
    missing = node.NodeValues(phase=node.Phase.INSTALL, images={})

    with pytest.raises(ValueError, match=names.IMAGE_INSTALLATION):
        node.build(missing, renderer)


def test_the_installation_needs_no_image_of_the_agent(renderer: rendering.Renderer) -> None:
    """While the agent is off its image may be unknown."""
    only = {names.IMAGE_INSTALLATION: "host/installation:1"}

    assert node.build(dataclasses.replace(INSTALL, images=only), renderer)


def test_equal_values_give_equal_bytes(renderer: rendering.Renderer) -> None:
    """Neither the order of mappings nor another renderer is seen, and files are sorted (MR-2)."""
    configs = {"group.b": "policy: {}\nlogger: {}", "default": "logger: {}"}
    values = dataclasses.replace(INSTALL, configs=configs, node_selector={"x": "1", "a": "2"})
    reordered = dataclasses.replace(
        values,
        configs=dict(reversed(configs.items())),
        node_selector={"a": "2", "x": "1"},
        images=dict(reversed(IMAGES.items())),
    )

    one = node.build(values, renderer)
    other = node.build(reordered, rendering.Renderer(renderer.root))

    assert list(one.items()) == list(other.items())
    assert list(one) == sorted(one)


@settings(deadline=None, max_examples=60)
@given(
    selector=st.dictionaries(TEXT, TEXT, max_size=3),
    pools=st.lists(TEXT, max_size=3),
    excluded=st.lists(TEXT, min_size=1, max_size=3),
    image=TEXT.filter(bool),
    text=TEXT.filter(str.strip),
    limit=TEXT,
)
def test_no_text_breaks_out_of_its_place(
    renderer: rendering.Renderer,
    selector: dict[str, str],
    pools: list[str],
    excluded: list[str],
    image: str,
    text: str,
    limit: str,
) -> None:
    """Whatever stands in a value, objects and keys stay, and the value reads as itself."""
    plain = node.NodeValues(
        phase=node.Phase.INSTALL,
        images=IMAGES,
        configs={"fallback": "t", "force": "t"},
        excluded_pools=("p",),
        rollout=Rollout(max_unavailable="1"),
        agent_enabled=True,
    )
    hostile = dataclasses.replace(
        plain,
        images=dict.fromkeys(IMAGES, image),
        configs={"fallback": text, "force": text},
        node_selector=selector,
        worker_pools=tuple(pools),
        excluded_pools=tuple(excluded),
        rollout=Rollout(max_unavailable=limit, canary_pools=tuple(pools)),
    )

    found, wanted = build(hostile, renderer), build(plain, renderer)

    assert {key: _shape(item) for key, item in found.items()} == {
        key: _shape(item) for key, item in wanted.items()
    }
    daemon_set = found["DaemonSet", names.INSTALLATION_DAEMONSET]["spec"]
    assert daemon_set["updateStrategy"]["rollingUpdate"]["maxUnavailable"] == limit
    assert daemon_set["template"]["spec"]["containers"][0]["image"] == image
    assert found["ConfigMap", "cri-resmgr-config.fallback"]["data"] == {"fallback.cfg": text}
    flag = next(a for a in arguments(hostile, renderer) if a.startswith("--selection="))
    assert json.loads(flag.removeprefix("--selection="))["nodeSelector"] == selector


def _shape(value: Any) -> Any:
    """Keys and types of a value, its texts left out; lists of texts count as one."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_shape(item) for item in value]
        return ["text"] if all(item == "str" for item in items) else items
    return type(value).__name__
