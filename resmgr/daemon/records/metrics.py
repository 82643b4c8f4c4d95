# SPDX-License-Identifier: Apache-2.0
"""Metrics and their text form for Prometheus; counting one costs one look into a dictionary.

Families are made once, at start. Values of labels come from fixed sets, or are bounded by `MOST`.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable

from ...samples import Samples

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

MOST = 512
"""Combinations of label values of one family; further ones count as `other`."""

Labels = tuple[str, ...]


class Family:
    """All values of one name."""

    kind = ""

    def __init__(self, name: str, doc: str, labels: Labels = ()) -> None:
        """Take a name by Prometheus' rules and a sentence about it."""
        self.name = name
        self.doc = doc
        self.labels = labels

    def lines(self) -> Iterable[str]:
        """Give a line for each value."""
        raise NotImplementedError

    def shown(self, values: Labels, *more: tuple[str, str]) -> str:
        """Give labels as they are written, braces included."""
        pairs = [*zip(self.labels, values, strict=True), *more]
        inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)
        return f"{{{inside}}}" if inside else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Counter(Family):
    """Only grows."""

    kind = "counter"

    def __init__(self, name: str, doc: str, labels: Labels = ()) -> None:
        """Without labels there is a value at once."""
        super().__init__(name, doc, labels)
        self.values: dict[Labels, float] = {} if labels else {(): 0}

    def add(self, *values: str, by: float = 1) -> None:
        """Count for these label values."""
        if values not in self.values and len(self.values) >= MOST:
            values = ("other",) * len(self.labels)
        self.values[values] = self.values.get(values, 0) + by

    def lines(self) -> Iterable[str]:
        """Give a line for each combination of labels, sorted."""
        for values, value in sorted(self.values.items()):
            yield f"{self.name}{self.shown(values)} {number(value)}"


class Gauge(Family):
    """Goes up and down; asked for when it is read."""

    kind = "gauge"

    def __init__(
        self, name: str, doc: str, read: Callable[[], dict[Labels, float]], labels: Labels = ()
    ) -> None:
        """Take what gives the values by label values."""
        super().__init__(name, doc, labels)
        self._read = read

    def lines(self) -> Iterable[str]:
        """Read, and give a line for each combination of labels, sorted."""
        for values, value in sorted(self._read().items()):
            yield f"{self.name}{self.shown(values)} {number(value)}"


class Total(Gauge):
    """A number that only grows, but is counted elsewhere."""

    kind = "counter"


class Histogram(Family):
    """How values are distributed over buckets."""

    kind = "histogram"

    def __init__(self, name: str, doc: str, bounds: tuple[float, ...], labels: Labels = ()) -> None:
        """Take the upper bounds of the buckets, ascending; the last one has none."""
        super().__init__(name, doc, labels)
        self._bounds = bounds
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}

    def observe(self, value: float, *values: str) -> None:
        """Count a value."""
        counts = self._counts.get(values)
        if counts is None:
            if len(self._counts) >= MOST:
                values = ("other",) * len(self.labels)
            counts = self._counts.setdefault(values, [0] * (len(self._bounds) + 1))
        counts[bisect_left(self._bounds, value)] += 1
        self._sums[values] = self._sums.get(values, 0.0) + value

    def lines(self) -> Iterable[str]:
        """Give buckets, sum and number for each combination of labels, sorted."""
        bounds = [*map(number, self._bounds), "+Inf"]
        for values, counts in sorted(self._counts.items()):
            below = 0
            for bound, count in zip(bounds, counts, strict=True):
                below += count
                yield f"{self.name}_bucket{self.shown(values, ('le', bound))} {below}"
            yield f"{self.name}_sum{self.shown(values)} {number(self._sums[values])}"
            yield f"{self.name}_count{self.shown(values)} {below}"


class Given(Family):
    """What somebody else has measured, as it is; the order of the values stays."""

    def __init__(self, samples: Samples) -> None:
        """Take the values."""
        metric = samples.metric
        super().__init__(metric.name, metric.doc, metric.labels)
        self.kind = metric.kind
        self._values = samples.values

    def lines(self) -> Iterable[str]:
        """Give a line for each value; there may be many."""
        inside = ",".join(f'{name}="%s"' for name in self.labels)
        form = f"{self.name}{{{inside}}} %s" if inside else f"{self.name} %s"
        for values, value in self._values:
            yield form % (*map(_escaped, values), number(value))


def number(value: float) -> str:
    """Give a number as Prometheus reads it."""
    return str(int(value)) if value == int(value) else repr(value)


def expose(families: Iterable[Family]) -> bytes:
    """Give the page."""
    return b"".join(part for family in families for part in (head(family), body(family)))


def head(family: Family) -> bytes:
    """Give the lines before those of the values."""
    doc = family.doc.replace("\\", "\\\\").replace("\n", "\\n")
    return f"# HELP {family.name} {doc}\n# TYPE {family.name} {family.kind}\n".encode()


def body(family: Family) -> bytes:
    """Give the lines of the values; those of one name have to follow each other."""
    return "".join(f"{line}\n" for line in family.lines()).encode()
