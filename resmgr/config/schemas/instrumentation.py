# SPDX-License-Identifier: Apache-2.0
"""Module `instrumentation`: the daemon's HTTP endpoint, metrics and traces.

Its daemon side takes no numbers for text; a period is a number of nanoseconds, no duration.
"""

import re
from typing import Any

from .. import module, schema
from ..problem import kind, quote

_SAMPLINGS = ("disabled", "production", "testing")
_ADDRESS = re.compile(r"(?:[A-Za-z0-9._-]{0,253}|\[[0-9A-Fa-f:.%]{2,64}\]):([0-9]{1,5})")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!&()*+,;=%-]{1,1000}")


def _sampling(value: Any) -> str | None:
    number = value
    if isinstance(value, str):
        if value in _SAMPLINGS:
            return None
        try:
            number = float(value)
        except ValueError:
            return f"{quote(value)} is neither of {', '.join(_SAMPLINGS)} nor a number from 0 to 1"
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return f"expected one of {', '.join(_SAMPLINGS)} or a number, got {kind(value)}"
    return None if 0 <= number <= 1 else f"{number} is not between 0 and 1"


def _address(text: str) -> str | None:
    match = _ADDRESS.fullmatch(text)
    if not text or (match and int(match[1]) <= 65535):
        return None
    return f"{quote(text)} is not like host:port or :port"


def _url(text: str) -> str | None:
    return None if not text or _URL.fullmatch(text) else f"{quote(text)} is not an HTTP URL"


MODULE = module.Module(
    name="instrumentation",
    doc="Metrics, introspection and traces of the daemon.",
    fields=(
        schema.Field(
            "Sampling",
            schema.Special("disabled, production, testing or a number from 0 to 1", _sampling),
            "Share of calls that are traced, without effect: nothing is.",
            default="disabled",
        ),
        schema.Field(
            "ReportPeriod",
            schema.Integer(0, 2**63 - 1),
            "Time between two reports of metrics, without effect: they are told when asked for.",
            unit="ns",
            default="15000000000",
        ),
        schema.Field("JaegerCollector", schema.Text("URL", _url), "Collector of traces."),
        schema.Field("JaegerAgent", schema.Text("host:port", _address), "Agent for traces."),
        schema.Field(
            "HTTPEndpoint",
            schema.Text("[host]:port", _address),
            "Address for metrics and introspection; empty for no HTTP server.",
        ),
        schema.Field(
            "PrometheusExport", schema.Boolean(), "Serve /metrics there.", default="false"
        ),
    ),
)
