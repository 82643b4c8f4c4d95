# SPDX-License-Identifier: Apache-2.0
"""Pages of the documentation: reached from the first one, links and their targets, numbers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?P<target>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)")
PAGES = sorted(DOCS.rglob("*.md"))


def prose(page: Path) -> str:
    """Give a page's text without code."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Give the target and the anchor of each relative link."""
    for match in LINK.finditer(prose(page)):
        if "://" not in match["target"]:
            target = page.parent / match["target"] if match["target"] else page
            yield target.resolve(), match["anchor"] or ""


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", page.read_text("utf-8"), flags=re.MULTILINE):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(kept.replace(" ", "-"))
    return found


def test_every_page_is_reached_from_the_first() -> None:
    """No page is orphaned: links lead to it from the index, over other pages at most."""
    reached: set[Path] = set()
    todo = [DOCS / "index.md"]
    while todo:
        page = todo.pop().resolve()
        if page in reached or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        reached.add(page)
        todo += [target for target, _ in links(page)]

    assert {page for page in PAGES if page.resolve() not in reached} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_to_a_heading(page: Path) -> None:
    """A relative link leads to something that exists, and its anchor to a heading there."""
    broken = [
        f"{target}#{anchor}"
        for target, anchor in links(page)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_pages_begin_with_their_title(page: Path) -> None:
    """A page begins with a heading of the first level."""
    assert page.read_text("utf-8").startswith("# ")


def test_decisions_are_numbered_without_gaps() -> None:
    """Decisions are counted from 1, those about building and checking from 101; none is missing."""
    numbers = [int(page.name[:4]) for page in sorted((DOCS / "decisions").glob("[0-9]*.md"))]
    code = [number for number in numbers if number < 100]
    building = [number for number in numbers if number > 100]

    assert code == list(range(1, len(code) + 1))
    assert building == list(range(101, 101 + len(building)))


@pytest.mark.parametrize(
    "page", sorted((DOCS / "decisions").glob("[0-9]*.md")), ids=lambda p: p.stem
)
def test_decisions_say_why_and_what_follows(page: Path) -> None:
    """A decision carries its number in its title, and tells context, decision and consequences."""
    text = page.read_text("utf-8")

    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
    ]
