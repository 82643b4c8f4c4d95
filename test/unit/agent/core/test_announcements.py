# SPDX-License-Identifier: Apache-2.0
"""What is told as Events, and how often."""

from agent.core import announcements
from agent.core.announcements import BURST, RATE, REPEAT, Announcement, Pod, Tally
from agent.core.book import Owner

OWNER = Owner("n", "uid")


def test_the_same_is_told_once_in_a_while() -> None:
    """Of a pod as of the Node; something else is told at once."""
    tally = Tally(0.0)
    one = Announcement("R", "text")

    assert [tally.admit(one, now) for now in (0.0, 1.0, REPEAT - 1, REPEAT)] == [
        *(True, False, False, True)
    ]
    assert tally.admit(Announcement("R", "text", pod=Pod("ns", "p", "u")), REPEAT)


def test_many_are_let_through_slowly() -> None:
    """A burst at once, the rest as time goes on; what was one too many is counted."""
    tally = Tally(0.0)
    first = [tally.admit(Announcement("R", str(number)), 0.0) for number in range(BURST + 10)]
    later = [tally.admit(Announcement("R", f"later {n}"), 10 / RATE) for n in range(20)]

    assert sum(first) == BURST
    assert sum(later) == 10
    assert tally.left_out == 20


def test_what_was_told_is_remembered_for_a_bounded_number() -> None:
    """A daemon that has something new each moment does not fill the memory."""
    tally = Tally(0.0)
    for number in range(2 * announcements.REMEMBERED):
        tally.admit(Announcement("R", str(number)), number / RATE)

    assert len(tally._told) == announcements.REMEMBERED


def test_an_event_of_the_node() -> None:
    """Nodes have no namespace, so their Events are in the default one."""
    namespace, body = announcements.event(
        Announcement("R", "x" * 2000), OWNER, name="n.1", now="now"
    )

    assert namespace == body["metadata"]["namespace"] == "default"
    assert body["involvedObject"] == {
        "apiVersion": "v1",
        "kind": "Node",
        "name": "n",
        "uid": "uid",
    }
    assert (body["type"], body["reason"], len(body["message"])) == ("Warning", "R", 1024)


def test_an_event_of_a_pod() -> None:
    """It is where the pod is."""
    one = Announcement("R", "text", warning=False, pod=Pod("ns", "p", "u"), source="d")
    namespace, body = announcements.event(one, OWNER, name="p.1", now="now")

    assert namespace == "ns"
    assert (body["involvedObject"]["kind"], body["involvedObject"]["uid"]) == ("Pod", "u")
    assert (body["type"], body["source"]) == ("Normal", {"component": "d", "host": "n"})
