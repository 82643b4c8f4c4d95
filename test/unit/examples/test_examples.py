# SPDX-License-Identifier: Apache-2.0
"""Every example is what it claims to be."""

import base64
import collections.abc
import json
import pathlib
import re
import typing

import jsonschema
import pytest
import yaml

from controller import imagevector, names, settings
from resmgr import model
from resmgr.config import configs, provider
from resmgr.policy.affinity import read

Object: typing.TypeAlias = dict[str, typing.Any]
Problems: typing.TypeAlias = collections.abc.Callable[..., list[str]]

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.yaml"))
SHOOTS = [name for name in EXAMPLES if name.startswith("shoot")]


def load(name: str) -> list[Object]:
    """Parse the documents of an example."""
    return list(yaml.safe_load_all((ROOT / "examples" / name).read_text()))


def extension(name: str) -> Object:
    """Give the entry for this extension of the Shoot in an example."""
    (shoot,) = load(name)
    (entry,) = shoot["spec"]["extensions"]
    return typing.cast("Object", entry)


def values(name: str) -> Object:
    """Give the chart values of the ControllerDeployment in an example."""
    (deployment,) = load(name)
    return typing.cast("Object", deployment["helm"]["values"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_schema(problems: Problems, name: str) -> None:
    """Each document of each example keeps to the schema of its kind."""
    documents = load(name)

    assert documents
    assert [problem for document in documents for problem in problems(document)] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_explained(name: str) -> None:
    """Each example begins with its licence and a comment that says what it shows."""
    lines = (ROOT / "examples" / name).read_text().splitlines()

    assert lines[0] == "# SPDX-License-Identifier: Apache-2.0"
    assert re.fullmatch(r"# [A-Z].+", lines[1])


def test_listed() -> None:
    """The table in README.md names every example, and none that does not exist."""
    readme = (ROOT / "examples" / "README.md").read_text()

    assert sorted(re.findall(r"^\| \[([^]]+)\]\(\1\) \|", readme, flags=re.MULTILINE)) == EXAMPLES


@pytest.mark.parametrize("name", SHOOTS)
def test_extension_type(name: str) -> None:
    """Each Shoot names the type that the controller serves."""
    assert extension(name)["type"] == names.EXTENSION_TYPE


def test_shortest_shoot() -> None:
    """The type alone switches the extension on."""
    assert extension("shoot.yaml") == {"type": names.EXTENSION_TYPE}


def test_affinities_are_read() -> None:
    """The policy reads the annotations of the example; what is near is so for both sides."""
    (document,) = load("pod-affinity.yaml")
    annotations = document["metadata"]["annotations"]
    pod = model.Pod("1", "uid", "shop", "default", annotations=annotations)
    weights = {
        one["name"]: [affinity.weight for affinity in read.of(pod, one["name"])]
        for one in document["spec"]["containers"]
    }

    assert weights == {"db": [1], "cache": [1], "web": [-20]}


@pytest.mark.parametrize("name", SHOOTS)
def test_pools_exist(name: str) -> None:
    """Worker pools that a providerConfig names are pools of the same Shoot."""
    (shoot,) = load(name)
    pools = {worker["name"] for worker in shoot["spec"]["provider"]["workers"]}
    config = extension(name).get("providerConfig", {})

    assert set(config.get("workerPools", [])) <= pools
    assert set(config.get("rollout", {}).get("canaryPools", [])) <= pools


@pytest.mark.parametrize("name", SHOOTS)
def test_groups_exist(name: str) -> None:
    """Each group that is configured is the label of a worker pool of the same Shoot."""
    (shoot,) = load(name)
    labels = [worker.get("labels", {}) for worker in shoot["spec"]["provider"]["workers"]]
    groups = {entry.get(names.NODE_GROUP_LABEL) for entry in labels}
    configs = extension(name).get("providerConfig", {}).get("configs", {})

    assert {key.removeprefix("group.") for key in configs if key.startswith("group.")} <= groups


def _deployments() -> list[tuple[str, Object]]:
    return [
        (name, document["helm"]["values"])
        for name in EXAMPLES
        for document in load(name)
        if document["kind"] == "ControllerDeployment"
    ]


@pytest.mark.parametrize(("name", "given"), _deployments())
def test_chart_values(name: str, given: Object) -> None:
    """Values for the chart are values that the chart takes."""
    chart = ROOT / "charts" / "gardener-extension-cri-resmgr"
    schema = json.loads((chart / "values.schema.json").read_text())

    jsonschema.Draft7Validator(schema).validate(given)
    assert given, name


@pytest.mark.parametrize("image", [names.IMAGE_INSTALLATION, names.IMAGE_AGENT])
@pytest.mark.parametrize("version", ["1.32.0", "1.36.1"])
def test_image_vector_override(image: str, version: str) -> None:
    """The override of the example takes the place of the shipped images."""
    text = values("image-vector-overwrite.yaml")["imageVectorOverwrite"]
    shipped = imagevector.load(ROOT / "charts" / "images.yaml")
    vector = imagevector.override(shipped, text)

    reference = vector.find_for_all(image, version=version, architectures=["amd64", "arm64"])

    assert reference.startswith(f"registry.example.com/mirror/{image}:v0.1.0")


def test_operator_configs() -> None:
    """The controller accepts the operator's configs of the example."""
    texts = values("operator-configs.yaml")["configs"]

    accepted, problems = configs.check(texts, "configs")

    assert problems == []
    assert accepted == texts


def test_component_config() -> None:
    """The controller accepts the settings of the example, and allows each worker a connection."""
    given = values("component-config.yaml")
    head = {"apiVersion": settings.API_VERSION, "kind": settings.KIND}

    parsed = settings.parse(yaml.safe_dump({**head, **given["config"]}))

    workers = given["controller"]["maxConcurrentReconciles"]
    assert parsed != settings.Settings()
    assert parsed.client_connection.max_connections > workers


@pytest.mark.parametrize("name", SHOOTS)
def test_provider_config(name: str) -> None:
    """The controller accepts the providerConfig of each Shoot without a warning."""
    (shoot,) = load(name)
    workers = shoot["spec"]["provider"]["workers"]
    pools = [
        provider.Pool(name=worker["name"], labels=worker.get("labels", {})) for worker in workers
    ]

    parsed = provider.parse(extension(name).get("providerConfig"), pools=pools)

    assert parsed.warnings == ()


def test_registration_refers_to_deployment() -> None:
    """ControllerRegistration and ControllerDeployment of the registration belong together."""
    deployment, registration = load("ctrldeploy-ctrlreg.yaml")

    references = registration["spec"]["deployment"]["deploymentRefs"]
    assert references == [{"name": deployment["metadata"]["name"]}]
    assert base64.b64decode(deployment["helm"]["rawChart"])[:2] == b"\x1f\x8b"
