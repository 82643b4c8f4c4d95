# SPDX-License-Identifier: Apache-2.0
"""What the environment says about logging and instrumentation (sections 2.2, 12 and 14).

A variable that makes no sense is a warning and no reason not to start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...config import goflag
from ...config.problem import Findings, Place
from ...config.schemas import instrumentation, logger

_ON = frozenset(("true", "on", "enable", "enabled", "1"))
_OFF = frozenset(("false", "off", "disable", "disabled", "0"))


@dataclass(frozen=True, slots=True)
class Environment:
    """The part of a configuration that the environment gives, below every other one."""

    document: dict[str, dict[str, Any]] = field(default_factory=dict)
    klog: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def read(environ: Mapping[str, str]) -> Environment:
    """Read the variables that mean something to the daemon."""
    warnings: list[str] = []
    document: dict[str, dict[str, Any]] = {}
    if debug := environ.get("LOGGER_DEBUG"):
        _put(document, "logger", "Debug", debug, "LOGGER_DEBUG", warnings)
    for variable, key in _INSTRUMENTATION.items():
        if text := environ.get(variable):
            value = _value(key, text)
            _put(document, "instrumentation", key, value, variable, warnings)
    klog = {}
    for flag in logger.KLOG:
        variable = f"LOGGER_{flag.name.upper()}"
        if (text := environ.get(variable)) is None:
            continue
        findings = Findings()
        flag.type.check(text, Place(variable, findings))
        if findings.count:
            warnings += map(_ignored, findings.problems())
        else:
            klog[flag.name] = text
    if environ.get("JOURNAL_STREAM") and "skip_headers" not in klog:
        klog["skip_headers"] = "true"
    return Environment(document, klog, tuple(warnings))


_INSTRUMENTATION = {
    "SAMPLING_FREQUENCY": "Sampling",
    "REPORT_PERIOD": "ReportPeriod",
    "JAEGER_COLLECTOR": "JaegerCollector",
    "JAEGER_AGENT": "JaegerAgent",
    "HTTP_ENDPOINT": "HTTPEndpoint",
    "PROMETHEUS_EXPORT": "PrometheusExport",
}

_MODULES = {"logger": logger.MODULE, "instrumentation": instrumentation.MODULE}


def _value(key: str, text: str) -> Any:
    """Give the value that a text stands for; text that stands for none is judged as it is."""
    if key == "PrometheusExport":
        word = text.casefold()
        return word in _ON if word in _ON | _OFF else text
    if key == "ReportPeriod":
        seconds = goflag.seconds(text)
        return round(seconds * 1e9) if seconds else text
    return text


def _put(
    document: dict[str, dict[str, Any]],
    name: str,
    key: str,
    value: Any,
    variable: str,
    warnings: list[str],
) -> None:
    findings = Findings()
    fields = {one.name: one for one in _MODULES[name].fields}
    fields[key].type.check(value, Place(variable, findings))
    if findings.count:
        warnings += map(_ignored, findings.problems())
    else:
        document.setdefault(name, {})[key] = value


def _ignored(problem: object) -> str:
    return f"environment variable {problem}; it is not used"
