# SPDX-License-Identifier: Apache-2.0
"""What the tests of judging a shoot share."""

from datetime import timedelta
from typing import Any

from unit.controller.health import shoots

from controller import cluster, extension, node_report, observed, settings
from controller.health import evaluate

CONFIG = settings.Settings()
BOTH_TRUE = [shoots.condition(shoots.SYSTEM), shoots.condition(shoots.OBSERVABILITY)]
BAD_NODE = shoots.make_report(("n1", "rolled-back", "gate failed"))


def facts(
    ext: extension.Extension | None = None,
    *,
    shoot: cluster.Cluster | None = None,
    node: observed.ManagedResource | None = shoots.make_resource(),  # noqa: B008 - immutable
    monitoring: observed.ManagedResource | None = shoots.make_resource(shoots.MONITORING),  # noqa: B008
    report: node_report.NodeReport | None = None,
    pending: bool = False,
) -> evaluate.Facts:
    """Give the facts of a shoot that is all fine, except for what is said."""
    return evaluate.Facts(
        extension=ext or shoots.make_extension(conditions=BOTH_TRUE),
        cluster=shoot or shoots.make_cluster(),
        node=node,
        monitoring=monitoring,
        report=report,
        report_pending=pending,
    )


def judged(
    known: evaluate.Facts, config: settings.Settings = CONFIG, seconds: float = 0
) -> dict[str, tuple[str, str]] | None:
    """Judge: condition type to status and message, `None` if nothing is to be written."""
    now = shoots.NOW + timedelta(seconds=seconds)
    result = evaluate.evaluate(known, config, now).conditions
    if result is None:
        return None
    return {item["type"]: (item["status"], item["message"]) for item in result}


def fresh(conditions: list[dict[str, Any]] | None = None, **operation: Any) -> extension.Extension:
    """Make an Extension whose last operation ended just now."""
    return shoots.make_extension(
        conditions=conditions, operation={"lastUpdateTime": shoots.stamp(0)} | operation
    )


FINE = ("True", "All health checks successful")
ASLEEP = ("True", "Shoot is hibernated")
