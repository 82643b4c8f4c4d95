# SPDX-License-Identifier: Apache-2.0
"""Containers read from the daemon's page."""

from unit.ctl import pages

from ctl import placed


def test_containers_have_what_they_were_given() -> None:
    """By pod and name; one that the policy says nothing of is told apart."""
    db, web = placed.read(pages.INTROSPECTED)

    assert (web.title, web.exclusive, web.shared, web.pool) == ("web:main", 0b1100, 0, "socket #0")
    assert (web.known, web.allowed, web.cpu_request) == (True, 0b1100, 1000)
    assert (db.title, db.known, db.allowed) == ("db:main", False, 0)


def test_assignments_by_the_daemons_own_name() -> None:
    """Some policies name containers by pod and name."""
    own = {"u2:main": {"SharedCPUs": "0-1", "CPUShare": 512}}

    db, _ = placed.read({**pages.INTROSPECTED, "Assignments": own})

    assert (db.shared, db.shares, db.known) == (0b11, 512, True)


def test_pages_without_anything_have_no_containers() -> None:
    """Maps that nothing fills are null."""
    assert placed.read({"Pods": None, "Assignments": None}) == ()


def test_lists_that_are_none_count_as_empty() -> None:
    """What makes no sense is passed over."""
    wrong = {"u2:main": {"SharedCPUs": "all"}}

    db, _ = placed.read({**pages.INTROSPECTED, "Assignments": wrong})

    assert db.shared == 0
