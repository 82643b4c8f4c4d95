# SPDX-License-Identifier: Apache-2.0
"""Troubles and decisions, told and counted."""

import logging

import pytest

from resmgr.cri.session import Trouble
from resmgr.daemon.records.metrics import Counter
from resmgr.daemon.serving.listener import Listener
from resmgr.model import Container
from resmgr.policy.interface import Reason


@pytest.fixture
def troubles() -> Counter:
    """The counter of troubles."""
    return Counter("troubles", "Troubles.", ("kind", "method"))


@pytest.mark.parametrize("kind", list(Trouble))
def test_every_trouble_is_told_and_counted(
    kind: Trouble, troubles: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """With its method and what it means for the call."""
    Listener(troubles).trouble(kind, "CreateContainer", "odd")

    assert caplog.messages[0].startswith("CreateContainer: ")
    assert caplog.messages[0].endswith(": odd")
    assert troubles.values == {(kind.value, "CreateContainer"): 1}


def test_a_mistake_of_ours_has_its_stack(
    troubles: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """It is an error that somebody has to mend."""
    Listener(troubles).trouble(Trouble.INTERNAL, "", "odd", ValueError("odd"))

    assert caplog.records[0].levelno == logging.ERROR
    assert caplog.records[0].exc_info is not None


def test_decisions_are_told_with_the_containers_name(
    troubles: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """Under the source `policy`."""
    caplog.set_level(logging.INFO)
    Listener(troubles, lambda cache_id: f"web:{cache_id}").decided([Reason("main", "gets CPUs 2")])

    assert caplog.record_tuples == [("policy", logging.INFO, "web:main: gets CPUs 2")]


def test_a_refusal_names_a_container_that_is_known_no_more(
    troubles: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """Its name is not asked for by a cache id, which nobody knows after a refusal."""
    listener = Listener(troubles, named=lambda one: f"default/web-of-{one.pod_id}:{one.name}")
    listener.refused(Container("u1:main", "p1", "main"), "no CPU is left")

    text = "default/web-of-p1:main: refused: no CPU is left"
    assert caplog.record_tuples == [("policy", logging.WARNING, text)]


def test_people_hear_of_what_they_should_mend(troubles: Counter) -> None:
    """Warnings and what is broken, not every decision and not what heals itself."""
    heard: list[tuple[str, str, str]] = []
    listener = Listener(troubles, warn=lambda *what: heard.append(what))
    listener.decided([Reason("c", "gets CPUs 2"), Reason("c", "odd", warning=True)])
    listener.trouble(Trouble.EFFECT, "", "disk full")
    listener.trouble(Trouble.UNKNOWN, "StopContainer", "c1")

    assert heard == [
        ("PolicyWarning", "odd", "c"),
        ("NotCarriedOut", "what was decided cannot be carried out: disk full", ""),
    ]


def test_what_somebody_should_mend_is_a_warning(
    troubles: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as an annotation that nobody knows."""
    Listener(troubles).decided([Reason("pod default/web", "what is that", warning=True)])

    assert caplog.record_tuples == [("policy", logging.WARNING, "pod default/web: what is that")]


@pytest.mark.parametrize("kind", list(Trouble))
def test_somebody_looks_when_a_container_is_not_known(kind: Trouble, troubles: Counter) -> None:
    """And for no other trouble."""
    seen: list[str] = []
    told = Listener(troubles, stranger=lambda: seen.append("looked"))
    told.trouble(kind, "StartContainer", "c1")

    assert seen == (["looked"] if kind is Trouble.UNKNOWN else [])


def test_a_refusal_is_a_warning(troubles: Counter, caplog: pytest.LogCaptureFixture) -> None:
    """Under the source of decisions."""
    Listener(troubles).refused(Container("u:c", "p", "c"), "no CPU is left")

    assert caplog.record_tuples == [("policy", logging.WARNING, "u:c: refused: no CPU is left")]


def test_errors_of_policies_are_told_as_such(
    troubles: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """Operators' tools look for them by the letter of their level."""
    Listener(troubles).decided([Reason("main", "overbooked pool", warning=True, error=True)])

    assert caplog.record_tuples == [("policy", logging.ERROR, "main: overbooked pool")]
