# SPDX-License-Identifier: Apache-2.0
"""What a text holds, in each form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ctl import problem
from ctl.configs import forms
from resmgr.config import problem as config_problem

DOCUMENT = "policy: {Active: none}"
TYPES = (
    f"configs: {{default: '{DOCUMENT}', EXTRA_OPTIONS: 'EXTRA_OPTIONS=\"--metrics-interval=30s\"'}}"
)
SHOOT = f"""
kind: Shoot
spec:
  extensions:
    - type: other
    - type: cri-resmgr-extension
      providerConfig: {{{TYPES}}}
"""
OTHER = f"kind: Extension\nspec: {{type: other, providerConfig: {{{TYPES}}}}}"
CONFIG_MAP = """
kind: ConfigMap
metadata: {name: cri-resmgr-config.group.x}
data: {policy: 'Active: none'}
"""


@pytest.mark.parametrize(
    "text",
    [
        SHOOT,
        f"kind: Cluster\nspec:\n  shoot:{SHOOT.replace(chr(10), chr(10) + '    ')}",
        TYPES,
        f"kind: CriResmgrConfig\n{TYPES}",
        OTHER.replace("other", "cri-resmgr-extension"),
        f"kind: Extension\nspec: {{deployment: {{extension: {{values: {{{TYPES}}}}}}}}}",
        f"kind: ControllerDeployment\nhelm: {{values: {{{TYPES}}}}}",
        f"kind: ControllerDeployment\nproviderConfig: {{values: {{{TYPES}}}}}",
        f"kind: List\nitems: [{{{TYPES}}}]",
        f"kind: Service\n---\n{SHOOT}",
    ],
)
def test_objects_hold_documents_by_type(text: str) -> None:
    """Options are none of them."""
    assert forms.held(text) == forms.Held(None, {"default": DOCUMENT})


def test_a_configmap_holds_texts_by_module() -> None:
    """Its name tells the TYPE."""
    assert forms.held(CONFIG_MAP).types == {"group.x": {"policy": "Active: none"}}


def test_a_configmap_without_a_name_of_ours_counts_alone() -> None:
    """It was handed over; among those of a namespace it is somebody else's."""
    other = "kind: ConfigMap\nmetadata: {name: kube-root-ca.crt}\ndata: {ca.crt: x}\n"

    assert list(forms.held(other).types) == ["kube-root-ca.crt"]
    assert list(forms.held(f"{CONFIG_MAP}---\n{other}").types) == ["group.x"]


@pytest.mark.parametrize("text", [DOCUMENT, "", "policy: {", "- 1", "a: 1\na: 2"])
def test_anything_else_is_a_document(text: str) -> None:
    """Whether it is right or not; the daemon's own judgement tells."""
    assert forms.held(text) == forms.Held(text)


@pytest.mark.parametrize(
    "text",
    [
        "kind: Service",
        "kind: []",
        OTHER,
        "kind: ConfigMap\nmetadata: {name: cri-resmgr-config.extra-options}\ndata: {a: b}",
        "configs:",
    ],
)
def test_what_holds_none_says_so(text: str) -> None:
    """With the forms that there are."""
    (found,) = forms.held(text).problems

    assert found.message == "it holds no configuration of the resource manager"
    assert found.hint == "give a document, a ConfigMap, a Shoot or a providerConfig"


@pytest.mark.parametrize(
    ("data", "path"), [("", "data"), ("[]", "data"), ("{policy: {Active: none}}", "data.policy")]
)
def test_a_configmap_without_texts_is_refused(data: str, path: str) -> None:
    """It has no data, or something else where texts belong."""
    found = forms.held(f"kind: ConfigMap\ndata: {data}\n")

    assert not found.types
    assert [one.path for one in found.problems] == [path]


def test_right_ones_beside_wrong_ones_are_found() -> None:
    """What is wrong has the path in the object."""
    found = forms.held(SHOOT.replace("default:", "fallback: 'policy: {Actve: x}', default:"))

    assert list(found.types) == ["default"]
    assert [one.path for one in found.problems] == [
        "spec.extensions[1].providerConfig.configs.fallback.policy.Actve"
    ]


@pytest.mark.parametrize(
    ("types", "chosen"),
    [
        (("fallback", "default", "force"), "force"),
        (("fallback", "group.x", "default"), "default"),
        (("group.x", "fallback"), "fallback"),
        (("node.a", "group.x"), "node.a"),
    ],
)
def test_the_one_of_a_node_without_a_group_is_chosen(types: tuple[str, ...], chosen: str) -> None:
    """Where there is none, the first one."""
    held = forms.Held(None, {name: name for name in types})

    assert held.chosen("x") == chosen


def test_one_that_is_right_can_be_named_beside_wrong_ones() -> None:
    """Without the name of one that is right, what is wrong comes first."""
    wrong = config_problem.Problem("configs.force", "x")
    held = forms.Held(None, {"default": DOCUMENT}, (wrong,))

    assert held.chosen("x", "default") == DOCUMENT
    for name in ("", "force"):
        with pytest.raises(config_problem.ConfigProblems):
            held.chosen("x", name)


def test_one_that_is_not_there_cannot_be_named() -> None:
    """The hint tells which ones are."""
    with pytest.raises(problem.Problem, match="cannot use x#y: there is no configuration y") as one:
        forms.Held(None, {"default": "a", "group.b": "b"}).chosen("x#y", "y")

    assert one.value.hint == "there is default, group.b"


@given(some.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    """Something is held, or a problem."""
    found = forms.held(text)

    assert found.all or found.problems


KEYS = ("kind", "metadata", "name", "data", "configs", "spec", "extensions", "type", "items")
WORDS = ("Shoot", "Cluster", "Extension", "ConfigMap", "List", forms.EXTENSION)
OBJECTS = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from((*KEYS, "providerConfig", "shoot")),
            inner | some.sampled_from(WORDS),
            max_size=5,
        )
    ),
)


@given(OBJECTS)
def test_no_object_makes_it_fail(thing: object) -> None:
    """However it is made."""
    found = forms.held(json.dumps(thing))

    assert found.all or found.problems


@pytest.mark.parametrize(
    ("extension", "said"),
    [
        ("cri-resmgr-extension", "the shoot leaves the configuration of its nodes to the operator"),
        ("other", "the shoot does not use the extension"),
    ],
)
@pytest.mark.parametrize("kind", ["Shoot", "Cluster"])
def test_a_shoot_without_a_configuration_says_what_it_is(
    kind: str, extension: str, said: str
) -> None:
    """It is a form that is taken, so that a list of forms would only puzzle."""
    shoot = {"kind": "Shoot", "spec": {"extensions": [{"type": extension}]}}
    given = shoot if kind == "Shoot" else {"kind": kind, "spec": {"shoot": shoot}}
    (found,) = forms.held(json.dumps(given)).problems

    assert found.message == said
    assert found.hint


@pytest.mark.parametrize("given", [{"kind": "Extension", "spec": {"type": []}}, {"kind": ["x"]}])
def test_names_that_are_none_are_no_configuration(given: object) -> None:
    """Where text belongs there may be anything."""
    (found,) = forms.held(json.dumps(given)).problems

    assert found.message == "it holds no configuration of the resource manager"


@pytest.mark.parametrize("spec", ["{}", "{extensions: 5}", "{extensions: [5]}"])
def test_a_shoot_that_is_none_uses_nothing(spec: str) -> None:
    """Whatever stands where extensions should be."""
    (found,) = forms.held(f"kind: Shoot\nspec: {spec}").problems

    assert found.message == "the shoot does not use the extension"
