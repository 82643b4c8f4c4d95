# SPDX-License-Identifier: Apache-2.0
"""The examples, parsed, and the schemas that they claim to keep to."""

import collections.abc
import json
import pathlib
import typing

import jsonschema
import pytest
import yaml

Object: typing.TypeAlias = dict[str, typing.Any]

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMAS = ROOT / "test" / "schemas"
EXTENSION_CRD = ROOT / "test" / "garden" / "crds" / "operator-extension.yaml"

FILES = {
    ("core.gardener.cloud/v1beta1", "Shoot"): "shoot",
    ("core.gardener.cloud/v1beta1", "ControllerRegistration"): "controllerregistration",
    ("core.gardener.cloud/v1", "ControllerDeployment"): "controllerdeployment",
    ("core.gardener.cloud/v1beta1", "ControllerDeployment"): "controllerdeployment-v1beta1",
    ("criresmgr.intel.com/v1alpha1", "Adjustment"): "adjustment",
    ("v1", "Pod"): "pod",
}


def closed(schema: Object) -> Object:
    """Give a structural schema that refuses the fields an API server would prune.

    Such a schema has no union types, so every object either lists its properties, is a map, or
    keeps unknown fields by its own word.
    """
    out = dict(schema)
    if "properties" in schema:
        out["properties"] = {key: closed(value) for key, value in schema["properties"].items()}
        out.setdefault("additionalProperties", False)
    if "items" in schema:
        out["items"] = closed(schema["items"])
    return out


@pytest.fixture(scope="session")
def problems() -> collections.abc.Callable[..., list[str]]:
    """Give a function that lists what a schema has against an object, as `path: message`.

    The schema is the one for the object's apiVersion and kind unless another is named. An object
    that no schema is for raises KeyError.
    """
    crd = yaml.safe_load(EXTENSION_CRD.read_text())
    structural = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    extension = closed(structural)
    extension["properties"]["metadata"] = {"type": "object", "required": ["name"]}

    def judge(document: Object, schema: str | None = None) -> list[str]:
        key = (document["apiVersion"], document["kind"])
        if key == ("operator.gardener.cloud/v1alpha1", "Extension"):
            rules = extension
        else:
            name = schema or FILES[key]
            rules = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
        validator = jsonschema.Draft202012Validator(rules)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    return judge
