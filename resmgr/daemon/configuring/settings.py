# SPDX-License-Identifier: Apache-2.0
"""What a judged configuration document says, typed; what it does not say has its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...config import module
from ...config.schemas import dump, instrumentation
from ...control.cpu import classes
from ...control.roster import Mode

NO_POLICY = "none"
"""The policy without a configuration."""


_OTHER_WORDS = {"disable": Mode.DISABLED, "mandatory": Mode.REQUIRED}


_CONSTRAINTS = ("AvailableResources", "ReservedResources")


@dataclass(frozen=True, slots=True)
class Policy:
    """Which policy decides, and with what."""

    active: str = NO_POLICY
    data: Mapping[str, Any] = field(default_factory=dict)
    """Data of the module `policy`, for the constraints."""

    @property
    def own(self) -> Mapping[str, Any]:
        """The active policy's own data."""
        return self.data.get(self.active) or {}

    def same_as(self, other: "Policy") -> bool:
        """Whether the same policy would decide the same; data of other policies do not matter."""
        mine, theirs = (
            (one.active, one.own, [one.data.get(key) for key in _CONSTRAINTS])
            for one in (self, other)
        )
        return mine == theirs


@dataclass(frozen=True, slots=True)
class Logger:
    """What is logged."""

    debug: str = ""
    log_source: bool = False
    klog: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dump:
    """Which messages are logged."""

    rules: str
    file: str = ""
    debug: bool = False
    disabled: bool = False
    secrets: bool = False


@dataclass(frozen=True, slots=True)
class Instrumentation:
    """The HTTP endpoint."""

    http_endpoint: str = ""
    prometheus_export: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All of a configuration that the daemon acts on."""

    policy: Policy
    logger: Logger
    dump: Dump
    instrumentation: Instrumentation
    controllers: Mapping[str, Mode]
    cpu_classes: classes.Classes

    def mode(self, controller: str) -> Mode:
        """Give the mode of a controller."""
        return self.controllers.get(controller, Mode.RELAXED)


def decode(document: Mapping[str, Any]) -> Settings:
    """Give the settings of a document that was judged to be right."""
    dumped = _Data(document, dump.MODULE)
    pages = _Data(document, instrumentation.MODULE)
    logged = document.get("logger") or {}
    given = document.get("policy") or {}
    control = (document.get("resource-manager") or {}).get("control") or {}
    return Settings(
        policy=Policy(given.get("Active") or NO_POLICY, given),
        logger=Logger(
            debug=text(logged.get("Debug")),
            log_source=bool(logged.get("LogSource")),
            klog={key.casefold(): text(value) for key, value in (logged.get("Klog") or {}).items()},
        ),
        dump=Dump(
            rules=dumped["Config"],
            file=dumped["File"],
            debug=bool(dumped["Debug"]),
            disabled=bool(dumped["Disabled"]),
            secrets=bool(dumped["Secrets"]),
        ),
        instrumentation=Instrumentation(
            http_endpoint=pages["HTTPEndpoint"],
            prometheus_export=bool(pages["PrometheusExport"]),
        ),
        controllers={
            name: _OTHER_WORDS.get(word.casefold()) or Mode(word.casefold())
            for name, word in (control.get("Controllers") or {}).items()
            if word is not None
        },
        cpu_classes=classes.of(document.get("cpu")),
    )


class _Data:
    """The data of a module; keys that are not given have the default that the schema states."""

    def __init__(self, document: Mapping[str, Any], of: module.Module) -> None:
        self._given = document.get(of.name) or {}
        self._defaults = {one.name: one.default for one in of.fields}

    def __getitem__(self, key: str) -> Any:
        value = self._given.get(key)
        if value is not None:
            return value
        default = self._defaults[key]
        return False if default == "false" else default


def text(value: Any) -> str:
    """Give text where numbers and truth values are taken for it too."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
