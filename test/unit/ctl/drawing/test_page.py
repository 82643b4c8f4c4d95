# SPDX-License-Identifier: Apache-2.0
"""Machines as a page."""

import itertools
import re
from html.parser import HTMLParser

import pytest

from ctl import machines
from ctl.drawing import page, page_style, plan
from ctl.drawing.occupants import Occupant

OCCUPANTS = (
    Occupant("default/db:postgres", "node 0", 0b110, 0, "A"),
    Occupant("default/<script>web:nginx", 'a"b', 0, 0b11 << 4),
)
ALONE = {"meta", "input"}
"""Elements without an end."""


class Outline(HTMLParser):
    """What is in a page: elements, ids, headings, texts of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """See that it is the one that was begun last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Remember what is read."""
        if not {"style", "script"} & set(self.open):
            self.text.append(data)

    def ids(self) -> list[str]:
        """Give all ids."""
        return [identity for _, attrs in self.tags if (identity := attrs.get("id"))]


def written(name: str, occupants: tuple[Occupant, ...] | None = OCCUPANTS) -> str:
    """Write the page of a machine."""
    return page.page(plan.plan(machines.parse(name)), occupants, "it & others", ["mind <this>"])


@pytest.mark.parametrize("name", [*machines.NAMED, "2x2x4x2:dies=2:offline=3:isolated=5"])
def test_pages_are_whole(name: str) -> None:
    """Elements end where they should, ids are unique, each CPU is there once."""
    outline = Outline(written(name))
    ids = outline.ids()
    cpus = {f"p{cpu}" for cpu in machines.parse(name).cpus}

    assert outline.open == []
    assert len(ids) == len(set(ids))
    assert {identity for identity in ids if re.fullmatch("p[0-9]+", identity)} == cpus


def test_headings_descend_one_by_one() -> None:
    """Who listens to the page finds every part by its heading."""
    levels = [
        int(tag[1])
        for tag, _ in Outline(written("2x2x4x2:dies=2:pmem=64Gi")).tags
        if re.fullmatch("h[1-6]", tag)
    ]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_nothing_is_fetched() -> None:
    """The page names no other place, and forbids the browser to load anything."""
    text = written("snc")

    assert "default-src 'none'" in text
    assert not re.search(r"(https?:)?//(?!\s)|url\(|@import|<link|<img|\ssrc=", text)


def test_names_are_text() -> None:
    """What containers, pools and machines are called is never markup."""
    outline = Outline(written("snc"))

    assert "default/<script>web:nginx" in outline.text
    assert [tag for tag, _ in outline.tags].count("script") == 1
    assert "it & others" in outline.text
    assert "mind <this>" in outline.text


def test_who_is_where_is_said_in_words() -> None:
    """Boxes are hidden from who listens, and the same is said beside them."""
    text = " ".join(Outline(written("1x2x4x2:isolated=3")).text)

    assert "A default/db:postgres: 1-2; isolated: 3; idle: 0,8-11" in text
    assert "shared by 1 container: 4-5; idle: 6-7,12-15" in text


def test_boxes_are_marked_by_letters_and_titles() -> None:
    """No use of a CPU is told by its colour alone."""
    text = written("1x1x4x1")

    assert '<i id="p1" class="exclusive c0"' in text
    assert ">1<u>A</u></i>" in text
    assert 'title="CPU 1: exclusive to default/db:postgres"' in text
    assert '<i id="p0" class="idle" title="CPU 0: idle">0</i>' in text


def test_containers_are_a_table_if_somebody_asked() -> None:
    """None at all is something else than not to know."""
    assert "Exclusive CPUs" in written("snc")
    assert "None has a place." in written("snc", ())
    assert "Containers</h2>" not in written("snc", None)


def test_distances_are_a_table_where_there_are_some() -> None:
    """One node has none, and too many cannot be read."""
    assert "Distances of NUMA nodes" in written("snc")
    assert "Distances of NUMA nodes" not in written("laptop")
    assert "Distances of NUMA nodes" not in written("40x1x1x1")


def test_every_class_has_a_look() -> None:
    """What boxes are called is known to the style."""
    used = {
        name
        for tag, attrs in Outline(written("2x2x4x2:dies=2:isolated=3")).tags
        for name in (attrs.get("class") or "").split()
    }
    known = set(re.findall(r"\.([a-z][a-z0-9]*)", page_style.CSS))

    assert used - known <= {"idle"}
    assert {f"c{number}" for number in range(page.COLOURS)} <= known
