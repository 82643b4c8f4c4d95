# SPDX-License-Identifier: Apache-2.0
"""How configuration gets into the seed pods, and which change of it rolls them (section 7.2)."""

import collections.abc
import dataclasses
import pathlib
import re
import typing

import pytest
import yaml

from controller import settings

Object: typing.TypeAlias = dict[str, typing.Any]
Render: typing.TypeAlias = collections.abc.Callable[..., list[Object]]
Find: typing.TypeAlias = collections.abc.Callable[..., Object]

NAME = "gardener-extension-cri-resmgr"
OVERWRITE = "images:\n  - name: gardener-extension-cri-resmgr-agent\n    tag: v9\n"


def mounted_file(documents: list[Object], find: Find, path: pathlib.PurePosixPath) -> str:
    """Give what the container reads at a path that a ConfigMap is mounted for."""
    spec = find(documents, "Deployment")["spec"]["template"]["spec"]
    (mount,) = (
        m for m in spec["containers"][0]["volumeMounts"] if m["mountPath"] == str(path.parent)
    )
    (volume,) = (v for v in spec["volumes"] if v["name"] == mount["name"])
    config_map = find(documents, "ConfigMap", volume["configMap"]["name"])
    return typing.cast("str", config_map["data"][path.name])


def component_configuration(documents: list[Object], find: Find) -> str:
    """Give the text of the file that --config names."""
    main = find(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    (argument,) = (arg for arg in main["args"] if arg.startswith("--config="))
    path = pathlib.PurePosixPath(argument.removeprefix("--config="))
    return mounted_file(documents, find, path)


def shape(tree: object) -> object:
    """Give the keys of a tree in snake case, without its values."""
    if not isinstance(tree, dict):
        return None
    return {re.sub("[A-Z]", r"_\g<0>", key).lower(): shape(value) for key, value in tree.items()}


def test_component_configuration(render: Render, find: Find) -> None:
    """The file that --config names is the versioned component configuration with the values."""
    documents = render({"config": {"cleanup": {"timeout": "45m"}}})

    parsed = settings.parse(component_configuration(documents, find))

    assert parsed == settings.Settings(cleanup=settings.Cleanup(timeout=45 * 60))


def test_default_settings(render: Render, find: Find) -> None:
    """The defaults of the chart are the defaults of the controller."""
    assert settings.parse(component_configuration(render(), find)) == settings.Settings()


def test_every_setting(render: Render, find: Find) -> None:
    """The values name every setting that the controller has."""
    written = yaml.safe_load(component_configuration(render(), find))
    del written["apiVersion"], written["kind"]

    assert shape(written) == shape(dataclasses.asdict(settings.Settings()))


def test_image_vector_override(render: Render, find: Find) -> None:
    """The override is a file that the environment variable names, word for word as given."""
    documents = render({"imageVectorOverwrite": OVERWRITE})
    main = find(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    path = pathlib.PurePosixPath(
        next(env["value"] for env in main["env"] if env["name"] == "IMAGEVECTOR_OVERWRITE")
    )

    assert mounted_file(documents, find, path) == OVERWRITE


def test_no_operator_configs(render: Render, find: Find) -> None:
    """The ConfigMap of the operator's configs exists even when empty, so it can be watched."""
    assert find(render(), "ConfigMap", f"{NAME}-configs")["data"] == {}


@pytest.mark.parametrize(
    ("values", "rolls"),
    [
        ({"config": {"resyncPeriod": "2h"}}, True),
        ({"imageVectorOverwrite": OVERWRITE}, True),
        ({"configs": {"default": "policy: {}"}}, False),
        ({"replicaCount": 3}, False),
    ],
)
def test_rolling(render: Render, find: Find, values: Object, *, rolls: bool) -> None:
    """Pods roll when what they read at start changes, not when what they watch changes."""
    before = find(render(), "Deployment")["spec"]["template"]
    after = find(render(values), "Deployment")["spec"]["template"]

    assert (before != after) == rolls


def test_rolling_on_override_text(render: Render, find: Find) -> None:
    """One override after another rolls the pods as well."""
    before = find(render({"imageVectorOverwrite": OVERWRITE}), "Deployment")
    after = find(render({"imageVectorOverwrite": OVERWRITE + "# more\n"}), "Deployment")

    assert before["spec"]["template"] != after["spec"]["template"]


def test_token_by_webhook(render: Render, find: Find) -> None:
    """By default no token is mounted; GRM's webhook does that."""
    documents = render()

    assert find(documents, "ServiceAccount")["automountServiceAccountToken"] is False
    spec = find(documents, "Deployment")["spec"]["template"]["spec"]
    assert "automountServiceAccountToken" not in spec
    assert not [volume for volume in spec["volumes"] if "projected" in volume]


def test_token_by_kubernetes(render: Render, find: Find) -> None:
    """A value lets Kubernetes mount the token."""
    documents = render({"serviceAccount": {"automountServiceAccountToken": True}})

    assert find(documents, "ServiceAccount")["automountServiceAccountToken"] is True


def test_token_by_chart(render: Render, find: Find) -> None:
    """A value makes the Deployment project token, CA and namespace where clients look for them."""
    documents = render({"serviceAccount": {"projectToken": True}})
    spec = find(documents, "Deployment")["spec"]["template"]["spec"]
    (volume,) = (volume for volume in spec["volumes"] if "projected" in volume)
    (mount,) = (m for m in spec["containers"][0]["volumeMounts"] if m["name"] == volume["name"])

    assert mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"
    assert [next(iter(source)) for source in volume["projected"]["sources"]] == [
        "serviceAccountToken",
        "configMap",
        "downwardAPI",
    ]
