# SPDX-License-Identifier: Apache-2.0
"""The agent's command line."""

import pytest

from agent import flags
from resmgr.config.goflag import UsageError


def test_defaults_are_the_originals() -> None:
    """Without any flag."""
    found = flags.read([], {"NODE_NAME": "n"}, "1")

    assert (found.agent_socket, found.daemon_socket) == (
        "/var/run/cri-resmgr/cri-resmgr-agent.sock",
        "/var/run/cri-resmgr/cri-resmgr-config.sock",
    )
    assert (found.kubeconfig, found.namespace, found.base) == (
        *("", "kube-system", "cri-resmgr-config"),
    )
    assert (found.label, found.node) == ("cri-resource-manager.intel.com/group", "n")


@pytest.mark.parametrize(
    "words",
    [
        ["-config-ns", "x"],
        ["--config-ns", "x"],
        ["-config-ns=x"],
        ["--config-ns=y", "--config-ns=x"],
    ],
)
def test_forms_of_flags(words: list[str]) -> None:
    """One dash or two, a blank or an equals sign; the last one counts."""
    assert flags.read(words, {}, "1").namespace == "x"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-config-n=x"], "unknown flag"),
        (["-agent-socket=relative"], "expecting absolute path"),
        (["-configmap-name="], "flag -configmap-name needs a value"),
        (["stray"], "unknown command line arguments: stray"),
        (["-skip_headers=perhaps"], "neither true nor false"),
    ],
)
def test_wrong_ones(words: list[str], message: str) -> None:
    """Each with a hint."""
    with pytest.raises(UsageError, match=message):
        flags.read(words, {}, "1")


def test_klogs_flags_and_variables() -> None:
    """A flag counts more than its variable; what has no effect is told."""
    environ = {"LOGGER_SKIP_HEADERS": "true", "LOGGER_ADD_DIR_HEADER": "odd", "LOGGER_V": "3"}
    found = flags.read(["-skip_headers=false"], environ, "1")

    assert found.klog["skip_headers"] == "false"
    assert any("LOGGER_ADD_DIR_HEADER" in text for text in found.warnings)
    assert any("flag v has no effect" in text for text in found.warnings)


@pytest.mark.parametrize(("words", "text"), [(["-help"], "usage: "), (["-version"], " 1\n")])
def test_what_is_only_printed(words: list[str], text: str) -> None:
    """Whatever else is given."""
    with pytest.raises(flags.Asked) as caught:
        flags.read([*words, "-config-ns=x"], {}, "1")

    assert text in str(caught.value)


def test_help_tells_every_flag() -> None:
    """With what it does."""
    text = flags.usage()

    assert all(f"  -{name}" in text for name in flags.FLAGS)


@pytest.mark.parametrize(
    ("text", "address"),
    [("", None), (":8892", ("", 8892)), ("127.0.0.1:1", ("127.0.0.1", 1)), ("[::1]:2", ("::1", 2))],
)
def test_where_metrics_are_served(text: str, address: tuple[str, int] | None) -> None:
    """Nowhere, at all addresses, or at one."""
    assert flags.read([f"-metrics-address={text}"], {}, "1").metrics == address


@pytest.mark.parametrize("text", ["8892", ":", ":x", ":65536", "::1:99999999"])
def test_addresses_that_are_none(text: str) -> None:
    """They are refused with an example."""
    with pytest.raises(UsageError, match="invalid address") as refused:
        flags.read([f"-metrics-address={text}"], {}, "1")

    assert refused.value.hint == "write -metrics-address=:8892"
