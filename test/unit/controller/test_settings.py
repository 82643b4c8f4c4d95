# SPDX-License-Identifier: Apache-2.0
"""The component configuration: strict, with every mistake at once."""

import pytest

from controller import settings
from resmgr.config import problem

HEAD = """\
apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1alpha1
kind: Configuration
"""


def problems(document: str) -> list[str]:
    """Give what is wrong with a document, as text."""
    with pytest.raises(problem.ConfigProblems) as caught:
        settings.parse(document)
    return [str(one) for one in caught.value.problems]


def test_defaults() -> None:
    """A file with only its head has all defaults."""
    assert settings.parse(HEAD) == settings.Settings()


def test_everything() -> None:
    """Every key is taken over."""
    document = (
        HEAD
        + """\
healthCheck: {syncPeriod: 10s, progressingThreshold: 1m, rolledBackThreshold: 0s}
cleanup: {timeout: 1h}
resyncPeriod: 2h
monitoring: {enabled: false}
nodeReport: {enabled: false, period: 2m}
operatorConfigs: {reconcilesPerSecond: 7.5}
clientConnection: {maxConnections: 5}
"""
    )

    assert settings.parse(document) == settings.Settings(
        health_check=settings.HealthCheck(10, 60, 0),
        cleanup=settings.Cleanup(3600),
        resync_period=7200,
        monitoring=settings.Monitoring(enabled=False),
        node_report=settings.NodeReport(enabled=False, period=120),
        operator_configs=settings.OperatorConfigs(7.5),
        client_connection=settings.ClientConnection(5),
    )


def test_empty_section() -> None:
    """A section without content has its defaults."""
    assert settings.parse(HEAD + "cleanup:\n") == settings.Settings()


def test_all_mistakes_at_once() -> None:
    """Every mistake is told with its path and, where there is one, a suggestion."""
    document = """\
apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1
healthCheck:
  syncPerod: 10s
  progressingThreshold: 5
cleanup: {timeout: soon}
monitoring: {enabled: maybe}
nodeReport: [60s]
operatorConfigs: {reconcilesPerSecond: 0}
clientConnection: {maxConnections: 1.5}
resyncperiod: 1h
"""

    assert problems(document) == [
        f'apiVersion: must be {settings.API_VERSION}, is "{settings.API_VERSION[:-6]}"',
        "kind: must be Configuration, is nothing",
        "healthCheck.syncPerod: unknown key, did you mean syncPeriod",
        "healthCheck.progressingThreshold: must be a duration like 30s, is a number, write 5s",
        'cleanup.timeout: must be a duration like 30s, 5m or 1h30m, is "soon"',
        "monitoring.enabled: must be true or false, is text",
        "nodeReport: must be a mapping, is a list",
        "operatorConfigs.reconcilesPerSecond: must be a number from 0.1 to 10000, is 0",
        "clientConnection.maxConnections: must be a whole number, is a number",
        "resyncperiod: unknown key, did you mean resyncPeriod",
    ]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("healthCheck: {syncPeriod: 0s}", "healthCheck.syncPeriod"),
        ("nodeReport: {period: 1s}", "nodeReport.period"),
        ("clientConnection: {maxConnections: 0}", "clientConnection.maxConnections"),
    ],
)
def test_bounds(line: str, path: str) -> None:
    """Values that would harm the API servers or stop the loops are refused."""
    assert problems(HEAD + line)[0].startswith(f"{path}: must be ")


def test_no_mapping() -> None:
    """A file that holds something else says how to start."""
    (told,) = problems("- a\n")

    assert "must be a mapping, is a list" in told
    assert "apiVersion: cri-resmgr" in told


def test_duplicate_key() -> None:
    """A key that is given twice is a mistake, not a choice."""
    told = problems(HEAD + "resyncPeriod: 1h\nresyncPeriod: 2h\n")

    assert told == ["resyncPeriod: duplicate key, first given in line 3"]
