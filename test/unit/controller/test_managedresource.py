# SPDX-License-Identifier: Apache-2.0
"""ManagedResources and their Secrets: the bytes and the names."""

import base64
import hashlib

import brotli
import yaml
from hypothesis import given
from hypothesis import strategies as st
from unit.controller import api_server, objects, stage

from controller import managedresource, observed


def test_the_name_of_a_secret_is_the_checksum_of_its_data() -> None:
    """Worked out by hand with the program sha256sum, as section 4.2 says.

    The sums of `1` and of `2`, written one after the other in the order of the keys, have a
    sum that begins with 33b67563.
    """
    name = managedresource.secret_name("mr", {"b": b"2", "a": b"1"})

    assert name == "managedresource-mr-33b67563"


def test_the_secret_is_as_gardeners_helper_makes_it() -> None:
    """Immutable, opaque, to be found by the garbage collector."""
    secret = managedresource.build_secret(stage.desired())

    assert secret["metadata"]["namespace"] == objects.NAMESPACE
    assert secret["type"] == "Opaque"
    assert secret["immutable"] is True
    labels = secret["metadata"]["labels"]
    assert labels["resources.gardener.cloud/garbage-collectable-reference"] == "true"
    assert list(secret["data"]) == ["data.yaml.br"]


def test_the_manifests_come_out_of_the_secret_as_they_went_in() -> None:
    """Brotli, then one YAML stream ordered by file name."""
    manifests = {"b.yaml": b"b: 1\n", "a.yaml": b"a: 1\n---\na: 2\n", "c.yaml": b"c: 1"}
    secret = managedresource.build_secret(
        managedresource.Desired(objects.NAMESPACE, objects.NODE, manifests)
    )

    text = brotli.decompress(base64.b64decode(secret["data"]["data.yaml.br"]))

    documents = [d for d in yaml.safe_load_all(text) if d is not None]
    assert documents == [{"a": 1}, {"a": 2}, {"b": 1}, {"c": 1}]


YAMLS = st.dictionaries(
    st.text("abc", min_size=1, max_size=3).map("{}.yaml".format),
    st.integers().map(lambda n: f"n: {n}\n".encode()),
    min_size=1,
    max_size=4,
)


@given(YAMLS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    manifests: dict[str, bytes], random: "st.DataObject"
) -> None:
    """Same input, same bytes, same name (MR-2)."""
    items = list(manifests.items())
    random.shuffle(items)  # type: ignore[attr-defined]

    first, second = (
        managedresource.build_secret(managedresource.Desired("ns", "mr", given_))
        for given_ in (manifests, dict(items))
    )

    assert first == second


@given(YAMLS, YAMLS)
def test_other_manifests_have_another_name(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    """Else a change would not be seen; file names alone change nothing in what is applied."""
    names = {
        managedresource.build_secret(managedresource.Desired("ns", "mr", m))["metadata"]["name"]
        for m in (one, other)
    }
    texts = {managedresource.stream(one), managedresource.stream(other)}

    assert len(names) == len(texts)


@given(YAMLS)
def test_the_stream_has_every_document_once_in_the_order_of_the_files(
    manifests: dict[str, bytes],
) -> None:
    """Whatever the files end with."""
    documents = list(yaml.safe_load_all(managedresource.stream(manifests)))

    assert documents == [yaml.safe_load(manifests[name]) for name in sorted(manifests)]


def test_the_managed_resource_for_the_shoot() -> None:
    """Class absent, own origin, its objects kept from gardenlet's clean-up (4.2)."""
    built = managedresource.build(stage.desired(annotations={"a": "b"}), "s")

    assert built["metadata"]["labels"] == {"origin": "cri-resmgr-extension"}
    assert built["spec"] == {
        "secretRefs": [{"name": "s"}],
        "keepObjects": False,
        "injectLabels": {"shoot.gardener.cloud/no-cleanup": "true"},
    }
    assert built["metadata"]["annotations"]["a"] == "b"


def test_the_managed_resource_for_the_seed() -> None:
    """Class seed, no injected labels, labels for gardenlet's care."""
    built = managedresource.build(
        stage.desired(name=objects.MONITORING, klass="seed", labels={"care": "yes"}), "s"
    )

    assert built["spec"] == {
        "secretRefs": [{"name": "s"}],
        "keepObjects": False,
        "class": "seed",
    }
    assert built["metadata"]["labels"] == {"origin": "cri-resmgr-extension", "care": "yes"}


def test_the_reference_annotation_names_the_secret() -> None:
    """By it the garbage collector sees that the Secret is in use."""
    built = managedresource.build(stage.desired(), "managedresource-x-12345678")

    key = hashlib.sha256(b"managedresource-x-12345678").hexdigest()[:8]
    assert built["metadata"]["annotations"] == {
        f"reference.resources.gardener.cloud/secret-{key}": "managedresource-x-12345678"
    }


def seen(raw: objects.Object) -> observed.ManagedResource:
    """Read a ManagedResource."""
    return observed.parse({"status": {}} | raw)


def test_what_is_as_wanted_needs_no_patch() -> None:
    """Nothing is written that has not changed (MR-2)."""
    built = managedresource.build(stage.desired(annotations={"a": "b"}), "s", ("old",))

    assert managedresource.difference(seen(built), built) == {}


def test_what_others_have_put_there_stays() -> None:
    """Labels and annotations that we do not know."""
    built = managedresource.build(stage.desired(), "s")
    there = managedresource.build(stage.desired(annotations={"their/x": "y"}), "s")
    there["metadata"]["labels"]["their"] = "z"

    assert managedresource.difference(seen(there), built) == {}


@given(
    old=st.fixed_dictionaries(
        {"text": st.sampled_from("abc"), "name": st.sampled_from("st")},
        optional={"klass": st.sampled_from(["seed"])},
    ),
    keep=st.booleans(),
    legacy=st.booleans(),
)
def test_the_patch_leads_to_what_is_wanted(
    old: dict[str, str], *, keep: bool, legacy: bool
) -> None:
    """From another Secret, class, origin or keepObjects; then there is no further patch."""
    secret = old.pop("name")
    old_text = old.pop("text")
    there = managedresource.build(
        stage.desired(old_text, annotations={f"{objects.DOMAIN}/phase": "cleanup"}, **old),
        secret,
        ("x",),
    )
    there["spec"]["keepObjects"] = keep
    if legacy:
        there["metadata"]["labels"]["origin"] = "gardener"
    wanted = managedresource.build(
        stage.desired(annotations={f"{objects.DOMAIN}/phase": "install"}), "s"
    )

    patch = managedresource.difference(seen(there), wanted)
    result = api_server.merge(there, patch)

    assert result["spec"] == wanted["spec"]
    assert result["metadata"]["labels"] == wanted["metadata"]["labels"]
    assert result["metadata"]["annotations"] == wanted["metadata"]["annotations"]
    assert managedresource.difference(seen(result), wanted) == {}
