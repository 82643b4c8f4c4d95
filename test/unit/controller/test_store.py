# SPDX-License-Identifier: Apache-2.0
"""What is known without asking: the newer news count, and what has gone leaves nothing behind."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller import objects

from controller import cluster, extension, observed, store

KEY = (objects.NAMESPACE, objects.NAME)


def an_extension(version: int = 10, **facts: Any) -> extension.Extension:
    """Read an Extension of a version."""
    return extension.parse(objects.extension(resourceVersion=str(version), **facts))


def a_managed(version: int = 20) -> observed.ManagedResource:
    """Read a ManagedResource of a version."""
    raw = objects.managed_resource()
    raw["metadata"]["resourceVersion"] = str(version)
    return observed.parse(raw)


@pytest.fixture
def known() -> store.Store:
    """Give a store that knows one Extension."""
    filled = store.Store()
    filled.put_extension(an_extension())
    return filled


def test_an_extension_is_found_by_key_and_by_namespace(known: store.Store) -> None:
    """And not in another namespace."""
    assert known.extension(KEY) == an_extension()
    assert known.extensions_in(objects.NAMESPACE) == (an_extension(),)
    assert known.extensions_in("other") == ()
    assert list(known.extensions()) == [an_extension()]


def test_putting_gives_what_was_known_before(known: store.Store) -> None:
    """An event is judged by the difference."""
    assert known.put_extension(an_extension(11)) == an_extension(10)
    assert store.Store().put_extension(an_extension(11)) is None


def test_old_news_change_nothing(known: store.Store) -> None:
    """The answer to our own write came first (2.9)."""
    known.put_extension(an_extension(12))
    known.put_extension(an_extension(11))

    assert known.extension(KEY) == an_extension(12)


def test_versions_are_compared_as_numbers(known: store.Store) -> None:
    """9 is older than 10."""
    known.put_extension(an_extension(9))

    assert known.extension(KEY) == an_extension(10)


def test_an_object_made_anew_under_the_old_name_replaces_the_old(known: store.Store) -> None:
    """Whatever its version."""
    new = an_extension(5, uid="uid-2")

    known.put_extension(new)

    assert known.extension(KEY) == new


def test_a_forgotten_extension_takes_its_cluster_along(known: store.Store) -> None:
    """What a shoot that has gone leaves behind would be a leak."""
    known.put_cluster(cluster.parse(objects.cluster()))

    known.forget_extension(KEY)

    assert known.extension(KEY) is None
    assert known.extensions_in(objects.NAMESPACE) == ()
    assert known.cluster(objects.NAMESPACE) is None


def test_a_cluster_is_kept_while_another_extension_of_the_shoot_is_there(
    known: store.Store,
) -> None:
    """It goes with the last one."""
    known.put_extension(an_extension(name="second"))
    known.put_cluster(cluster.parse(objects.cluster()))

    known.forget_extension(KEY)

    assert known.cluster(objects.NAMESPACE) is not None


def test_forgetting_what_is_not_known_is_nothing(known: store.Store) -> None:
    """An event may come twice."""
    known.forget_extension(("other", "x"))

    assert known.extension(KEY) is not None


def test_clusters_of_shoots_without_an_extension_are_not_kept() -> None:
    """A seed has many shoots that do not use us."""
    empty = store.Store()

    empty.put_cluster(cluster.parse(objects.cluster()))

    assert empty.cluster(objects.NAMESPACE) is None


def test_a_managed_resource_is_news_once(known: store.Store) -> None:
    """The watch brings again what our own write has told."""
    assert known.put_managed(a_managed(20))
    assert not known.put_managed(a_managed(20))
    assert not known.put_managed(a_managed(19))
    assert known.put_managed(a_managed(21))
    assert known.managed(objects.NAMESPACE, objects.NODE) == a_managed(21)


def test_one_that_has_gone_does_not_come_back_by_a_late_answer(known: store.Store) -> None:
    """The answer to our deletion may come later than the news that it has gone."""
    known.put_managed(a_managed(20))

    gone = known.forget_managed((objects.NAMESPACE, objects.NODE), "25")
    late = known.put_managed(a_managed(24))

    assert gone
    assert not late
    assert known.managed(objects.NAMESPACE, objects.NODE) is None


def test_one_that_was_made_anew_is_known_again(known: store.Store) -> None:
    """Its version is higher than the deletion's."""
    known.forget_managed((objects.NAMESPACE, objects.NODE), "25")

    assert known.put_managed(a_managed(26))


def test_forgetting_one_that_is_not_known_is_told(known: store.Store) -> None:
    """Then nobody has to look."""
    assert not known.forget_managed((objects.NAMESPACE, objects.NODE), "25")


def test_what_a_complete_list_does_not_name_has_gone(known: store.Store) -> None:
    """A deletion that was missed during a gap."""
    known.put_managed(a_managed())

    assert known.managed_gone([(objects.NAMESPACE, objects.NODE)]) == ()
    assert known.managed_gone([]) == ((objects.NAMESPACE, objects.NODE),)


@given(st.lists(st.integers(1, 30), min_size=1), st.randoms(use_true_random=False))
def test_in_whatever_order_news_come_the_newest_counts(versions: list[int], random: Any) -> None:
    """Watch and answers overtake each other."""
    known = store.Store()
    random.shuffle(versions)

    for version in versions:
        known.put_extension(an_extension(version))
        known.put_managed(a_managed(version))

    newest = str(max(versions))
    extension_, managed = known.extension(KEY), known.managed(objects.NAMESPACE, objects.NODE)
    assert extension_ is not None
    assert managed is not None
    assert (extension_.resource_version, managed.resource_version) == (newest, newest)
