# SPDX-License-Identifier: Apache-2.0
"""Typed settings of a judged document."""

from typing import Any

import pytest

from resmgr.config import documents
from resmgr.control.cpu.classes import CpuClass
from resmgr.control.roster import Mode
from resmgr.daemon.configuring import settings
from resmgr.daemon.configuring.settings import Settings


def decode(text: str) -> Settings:
    """Judge and decode a document."""
    document, problems = documents.check(text, "test")
    assert problems == []
    return settings.decode(document or {})


def test_nothing_given_means_the_documented_defaults() -> None:
    """The policy does nothing, the short dump of changes counts, no page is served."""
    found = decode("")

    assert found.policy.active == "none"
    assert found.dump.rules.startswith("off:.*,short:((Create)")
    assert (found.dump.file, found.dump.disabled, found.dump.secrets) == ("", False, False)
    assert found.instrumentation == settings.Instrumentation()
    assert found.logger == settings.Logger()
    assert found.mode("cri") is Mode.RELAXED


def test_an_empty_module_means_its_defaults() -> None:
    """`dump:` without a value is as good as none."""
    assert decode("dump:\ninstrumentation:\nlogger:\npolicy:\n") == decode("")


def test_what_is_given_counts() -> None:
    """Numbers and truth values for klog become text, its flags are found in any case."""
    found = decode(
        """
        policy: {Active: static, ReservedResources: {CPU: 1}, static: {RelaxedIsolation: true}}
        dump: {Config: 'full:.*', File: /x, Debug: true, Disabled: true, Secrets: true}
        instrumentation: {HTTPEndpoint: ':8891', PrometheusExport: true}
        logger: {Debug: policy, LogSource: true, Klog: {V: 4, Skip_Headers: true}}
        """
    )

    assert found.policy.active == "static"
    assert found.policy.own == {"RelaxedIsolation": True}
    assert found.dump == settings.Dump("full:.*", "/x", debug=True, disabled=True, secrets=True)
    assert found.instrumentation == settings.Instrumentation(":8891", prometheus_export=True)
    assert found.logger == settings.Logger(
        "policy", log_source=True, klog={"v": "4", "skip_headers": "true"}
    )


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("disabled", Mode.DISABLED),
        ("disable", Mode.DISABLED),
        ("Required", Mode.REQUIRED),
        ("mandatory", Mode.REQUIRED),
        ("optional", Mode.OPTIONAL),
        ("relaxed", Mode.RELAXED),
    ],
)
def test_controllers_have_modes(word: str, mode: Mode) -> None:
    """Two of the modes have a second word each, all are read in any case."""
    document: dict[str, Any] = {"resource-manager": {"control": {"Controllers": {"cri": word}}}}

    assert settings.decode(document).mode("cri") is mode


def test_classes_of_cpus_are_read() -> None:
    """For the controller that sets their frequencies."""
    found = decode("cpu: {classes: {turbo: {minFreq: 2000000, uncoreMaxFreq: 2300000}}}")

    assert found.cpu_classes == {"turbo": CpuClass(2000000, 0, 0, 2300000)}
