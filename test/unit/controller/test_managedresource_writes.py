# SPDX-License-Identifier: Apache-2.0
"""What is written of ManagedResources and their Secrets, when, and in which order."""

import itertools

import pytest
from unit.controller import api_server, objects, stage

from controller import kube, managedresource, observed
from controller.kube import paths

SECRETS = paths.secrets(objects.NAMESPACE)
PATH = paths.managed_resource(objects.NAMESPACE, objects.NODE)


@pytest.fixture
def learned() -> list[observed.ManagedResource]:
    """What the writer has told a cache."""
    return []


@pytest.fixture
def writer(client: kube.Client, learned: list[observed.ManagedResource]) -> managedresource.Writer:
    """Give a writer to the small server."""
    return managedresource.Writer(client, learned.append)


def there(server: api_server.ApiServer) -> observed.ManagedResource:
    """Read the node part's ManagedResource as it is on the server."""
    raw = server.get(PATH)
    assert raw is not None
    return observed.parse(raw)


async def test_a_new_one_is_two_writes(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """First the Secret, then what refers to it."""
    written = await writer.apply(stage.desired(), None)

    assert written
    assert [(r.method, r.path) for r in server.writes()] == [
        ("POST", SECRETS),
        ("POST", paths.managed_resources(objects.NAMESPACE)),
    ]
    assert list(there(server).secrets) == server.names(SECRETS)


async def test_a_second_time_nothing_is_written(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Neither with nor without a cache."""
    await writer.apply(stage.desired(), None)
    before = len(server.writes())

    written = await writer.apply(stage.desired(), there(server))

    assert not written
    assert len(server.writes()) == before


async def test_with_an_empty_cache_what_is_there_is_found_by_its_name(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Say, after a restart before the list is complete; the object stays as it is."""
    await writer.apply(stage.desired(), None)
    version = there(server).resource_version

    written = await writer.apply(stage.desired(), None)

    assert not written
    assert there(server).resource_version == version


async def test_a_change_is_a_new_secret_and_a_patch(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """The old Secret stays for the garbage collector and is remembered."""
    await writer.apply(stage.desired("a: 1"), None)
    old = there(server).secrets

    await writer.apply(stage.desired("a: 2"), there(server))

    now = there(server)
    assert now.secrets != old
    assert now.replaced == old
    assert set(server.names(SECRETS)) == {*now.secrets, *old}
    assert [r.method for r in server.writes()[2:]] == ["POST", "PATCH"]
    references = [key for key in now.annotations if key.startswith("reference.")]
    assert [now.annotations[key] for key in references] == list(now.secrets)


async def test_a_change_back_does_not_list_the_secret_in_use_as_replaced(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Else a later clean-up of the list would delete it."""
    for text in ("a: 1", "a: 2", "a: 1"):
        await writer.apply(stage.desired(text), there(server) if server.get(PATH) else None)

    now = there(server)
    assert set(now.secrets).isdisjoint(now.replaced)
    assert len(now.replaced) == 1


async def test_so_many_replaced_secrets_are_remembered_the_rest_is_deleted(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """The list is bounded, and nothing falls out of it unseen."""
    names: list[str] = []
    for number in range(managedresource.REMEMBERED + 4):
        await writer.apply(stage.desired(f"a: {number}"), there(server) if number else None)
        names += there(server).secrets

    now = there(server)
    assert list(now.replaced) == names[-1 - managedresource.REMEMBERED : -1]
    assert set(server.names(SECRETS)) == {*now.replaced, *now.secrets}


async def test_a_secret_that_somebody_deleted_is_made_again(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """The resource manager could not read it any more."""
    await writer.apply(stage.desired(), None)
    (name,) = there(server).secrets
    server.remove(paths.secret(objects.NAMESPACE, name))

    written = await writer.apply(stage.desired(), there(server))

    assert written
    assert server.names(SECRETS) == [name]


async def test_a_secret_of_that_name_with_other_data_is_replaced(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Immutable ones cannot be patched."""
    wanted = managedresource.build_secret(stage.desired())
    path = paths.secret(objects.NAMESPACE, wanted["metadata"]["name"])
    server.put(path, wanted | {"data": {"data.yaml.br": "YmFk"}})

    await writer.apply(stage.desired(), None)

    found = server.get(path)
    assert found is not None
    assert found["data"] == wanted["data"]


async def test_a_secret_in_use_that_somebody_made_anew_is_mended(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """What is applied to the shoot is ours alone, though nothing else has changed."""
    await writer.apply(stage.desired(), None)
    (name,) = server.names(SECRETS)
    path = paths.secret(objects.NAMESPACE, name)
    before = server.get(path)
    server.change(path, {"data": {managedresource.DATA_KEY: "dGFtcGVyZWQ="}})

    written = await writer.apply(stage.desired(), there(server))

    mended = server.get(path)
    assert written
    assert mended is not None
    assert before is not None
    assert mended["data"] == before["data"]


async def test_a_secret_left_by_a_killed_create_is_used(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Only the ManagedResource is missing."""
    wanted = managedresource.build_secret(stage.desired())
    server.put(paths.secret(objects.NAMESPACE, wanted["metadata"]["name"]), wanted)

    written = await writer.apply(stage.desired(), None)

    assert written
    assert there(server).secrets == (wanted["metadata"]["name"],)


async def test_an_object_of_the_go_extension_is_taken_over_in_place(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """It is in no list of ours, but found by its name: relabelled, kept, its Secret remembered."""
    legacy = objects.managed_resource()
    legacy["metadata"] |= {
        "labels": {"origin": "gardener"},
        "annotations": {"reference.resources.gardener.cloud/secret-0badcafe": "theirs"},
    }
    uid = server.put(PATH, legacy)["metadata"]["uid"]

    await writer.apply(stage.desired(), None)

    raw = server.get(PATH)
    assert raw is not None
    assert raw["metadata"]["uid"] == uid
    assert raw["metadata"]["labels"]["origin"] == "cri-resmgr-extension"
    assert (
        "reference.resources.gardener.cloud/secret-0badcafe" not in raw["metadata"]["annotations"]
    )
    assert there(server).replaced == (f"managedresource-{objects.NODE}-12345678",)


async def test_keep_objects_of_an_earlier_migration_is_taken_back(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Else a later deletion would leave everything in the shoot."""
    await writer.apply(stage.desired(), None)
    await writer.keep_objects(objects.NAMESPACE, objects.NODE)
    kept = there(server).keep_objects

    await writer.apply(stage.desired(), there(server))

    assert kept
    assert not there(server).keep_objects


async def test_one_that_is_being_deleted_is_not_changed(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """It is an error to be tried again, with or without a cache."""
    raw = objects.managed_resource(deleting=True)
    server.put(PATH, raw)

    for cached in (None, there(server)):
        with pytest.raises(managedresource.BeingDeleted, match=objects.NODE):
            await writer.apply(stage.desired(), cached)

    assert "PATCH" not in {r.method for r in server.writes()}


async def test_one_that_has_gone_behind_our_back_is_made_anew(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """A person has deleted it, and the cache does not know yet."""
    await writer.apply(stage.desired("a: 1"), None)
    cached = there(server)
    server.remove(PATH)

    written = await writer.apply(stage.desired("a: 2"), cached)

    assert written
    assert server.names(SECRETS)
    assert there(server).labels == {"origin": "cri-resmgr-extension"}


async def test_keeping_the_objects_of_one_that_has_gone_is_nothing(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """There is nothing left that could delete them."""
    await writer.keep_objects(objects.NAMESPACE, objects.NODE)

    assert server.get(PATH) is None


async def test_a_deletion_takes_the_secrets_of_now_and_before(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """And those that it is told of; foreign ones stay, and so do others' ManagedResources."""
    for number in range(3):
        await writer.apply(stage.desired(f"a: {number}"), there(server) if number else None)
    await writer.apply(stage.desired(name=objects.MONITORING, klass="seed"), None)
    server.put(paths.secret(objects.NAMESPACE, "foreign"), {})
    server.put(paths.secret(objects.NAMESPACE, "told"), {})

    await writer.delete(there(server), also=("told", "never-there"))

    assert server.get(PATH) is None
    left = server.names(SECRETS)
    assert [name.rsplit("-", 1)[0] for name in left] == [
        "foreign",
        f"managedresource-{objects.MONITORING}",
    ]


async def test_a_deletion_takes_only_secrets_that_are_named_like_ours(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Whoever may write the annotation must not make us delete any Secret of the namespace."""
    raw = objects.managed_resource()
    raw["metadata"]["annotations"][f"{objects.DOMAIN}/replaced-secrets"] = "ca,gardener"
    raw["spec"]["secretRefs"].append({"name": "cloudprovider"})
    server.put(PATH, raw)
    for name in ("ca", "gardener", "cloudprovider"):
        server.put(paths.secret(objects.NAMESPACE, name), {})

    await writer.delete(there(server))

    assert server.names(SECRETS) == ["ca", "cloudprovider", "gardener"]


async def test_the_secrets_go_before_the_object_that_names_them(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Killed in between, the names are still known."""
    await writer.apply(stage.desired(), None)
    server.requests.clear()

    await writer.delete(there(server))

    assert [r.path.rsplit("/", 2)[1] for r in server.writes()] == ["secrets", "managedresources"]


async def test_a_deletion_of_another_programs_one_is_labelled_first(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """Our watch, which goes by the label, tells when it has gone (MR-3)."""
    raw = objects.managed_resource()
    raw["metadata"]["labels"] = {"origin": "gardener"}
    raw["metadata"]["finalizers"] = ["resources.gardener.cloud/gardener-resource-manager"]
    server.put(PATH, raw)

    await writer.delete(there(server))

    assert there(server).deleting
    assert there(server).labels["origin"] == "cri-resmgr-extension"


async def test_a_deletion_of_one_that_has_gone_is_nothing(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """The goal is reached."""
    await writer.apply(stage.desired(), None)
    cached = there(server)
    server.remove(PATH)

    await writer.delete(cached)

    assert server.names(SECRETS) == []


async def test_every_answer_is_learned(
    writer: managedresource.Writer,
    server: api_server.ApiServer,
    learned: list[observed.ManagedResource],
) -> None:
    """So a watch that lags behind never makes us write twice (2.9)."""
    versions = []
    await writer.apply(stage.desired("a: 1"), None)
    versions.append(there(server).resource_version)
    await writer.apply(stage.desired("a: 2"), there(server))
    versions.append(there(server).resource_version)
    await writer.keep_objects(objects.NAMESPACE, objects.NODE)
    versions.append(there(server).resource_version)
    server.change(PATH, {"metadata": {"finalizers": ["grm"]}})
    await writer.delete(there(server))
    versions.append(there(server).resource_version)

    assert [seen_.resource_version for seen_ in learned] == versions
    assert learned[-1].deleting


@pytest.mark.parametrize("kill", range(6))
async def test_killed_after_any_write_the_next_run_ends_in_the_same_state(
    writer: managedresource.Writer, server: api_server.ApiServer, kill: int
) -> None:
    """A change of content, cut off after so many requests by an error of the server."""
    await writer.apply(stage.desired("a: 1"), None)
    first = there(server)
    fits = itertools.islice(itertools.cycle([("POST", SECRETS), ("PATCH", PATH)]), kill)
    for method, part in fits:
        server.refuse(method, part, 503)

    for _ in range(10):
        try:
            await writer.apply(stage.desired("a: 2"), there(server))
        except kube.Unavailable:
            continue
        break

    now = there(server)
    assert now.replaced == first.secrets
    assert set(server.names(SECRETS)) == {*first.secrets, *now.secrets}
    assert now.secrets != first.secrets


async def test_secrets_are_never_listed(
    writer: managedresource.Writer, server: api_server.ApiServer
) -> None:
    """They are read by name only: the right to list them would be the right to read all."""
    for number in range(3):
        await writer.apply(stage.desired(f"a: {number}"), there(server) if number else None)
    await writer.delete(there(server))

    assert not [r for r in server.requests if r.method == "GET" and r.path == SECRETS]
