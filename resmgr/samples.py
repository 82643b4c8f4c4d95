# SPDX-License-Identifier: Apache-2.0
"""What was measured, as plain data: read by collectors and policies, shown by the daemon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured; the name follows the rules of Prometheus."""

    name: str
    kind: Literal["counter", "gauge"]
    doc: str
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Samples:
    """Values of one metric: each with the values of its labels, no two with the same ones."""

    metric: Metric
    values: Sequence[tuple[Labels, float]]
