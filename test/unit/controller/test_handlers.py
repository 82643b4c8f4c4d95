# SPDX-License-Identifier: Apache-2.0
"""kopf is set up to deliver and nothing else."""

import inspect

from controller import handlers, kube, names


def test_kopf_writes_nothing_by_itself() -> None:
    """Neither Kubernetes Events nor progress nor the last handled state are written."""
    chosen = handlers.settings()

    assert chosen.posting.enabled is False
    assert chosen.scanning.disabled is True
    assert isinstance(chosen.persistence.diffbase_storage, handlers.NoDiffBase)
    assert isinstance(chosen.persistence.progress_storage, handlers.NoProgress)


def test_bodies_are_not_copied() -> None:
    """The essence that kopf would compare is empty, whatever the body holds."""
    assert handlers.NoDiffBase().build(body={"spec": {"a": 1}}) == {}


def test_own_finalizer_is_not_kopfs() -> None:
    """Kopf removes the finalizer that its settings name; that must never be ours."""
    assert handlers.settings().persistence.finalizer != names.FINALIZER


def test_events_are_delivered_in_the_event_loop() -> None:
    """Kopf calls what is no coroutine function in a thread; queue and store are not made for it."""
    registry = handlers.registry(kube.Connection("http://server"), lambda _kind, _obj: None)
    (handler,) = registry._watching.get_all_handlers()

    assert inspect.iscoroutinefunction(handler.fn)
