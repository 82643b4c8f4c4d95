# SPDX-License-Identifier: Apache-2.0
"""Books in states that have names."""

from agent.core import layers
from agent.core.book import Book, Daemon


def of(name: str, error: str = "bad") -> Book:
    """Give a book in a state."""
    book = Book(layers.Names("b", "n"), "group")
    if name == "nothing is known":
        return book
    book.node_seen({"metadata": {"name": "n", "uid": "u"}}, 0.0)
    book.config_map_missing("b.node.n", 0.0)
    if name == "no ConfigMap":
        book.config_map_missing("b.default", 0.0)
    else:
        metadata = {"name": "b.default", "resourceVersion": "7"}
        book.config_map_seen({"metadata": metadata, "data": {"policy": "x"}}, 0.0)
    if name.startswith(("Adjustments", "no Adjustments")):
        _adjust(book, name)
    book.daemon_came(0.0)
    book.daemon_told(Daemon("static", "agent", 3, "1.0"))
    if name != "waiting":
        book.configuration = book.configuration.begin()
        if name == "unreached":
            book.not_configured("away", 1.0, 0.5)
        else:
            book.configured(error if name == "refused" else "", 1.0)
    if name == "lost":
        book.daemon_went()
    return book


def _adjust(book: Book, name: str) -> None:
    if name != "no Adjustments":
        metadata = {"name": "a", "generation": 4}
        book.adjustment_seen({"metadata": metadata, "spec": {"scope": []}}, 0.0)
    book.adjustments_synced(frozenset(book.adjustments), 0.0)
    book.selection = book.selection.begin()
    book.adjusted_with({"a": "bad"} if name.endswith("refused") else {}, 1.0)
