# SPDX-License-Identifier: Apache-2.0
"""Messages as YAML."""

import pytest

from resmgr.cri import api_pb2 as api
from resmgr.daemon.log import messages

CREATE = api.CreateContainerRequest(
    pod_sandbox_id="p1",
    config=api.ContainerConfig(envs=[api.KeyValue(key="PASSWORD", value="s3cret")]),
).SerializeToString()

PULL = b"\x0a\x06\x0a\x04nginx" + b"\x12\x10\x0a\x04user\x12\x08password"
"""A PullImageRequest with credentials, by number: image (1), auth (2)."""


def test_values_of_environment_variables_are_hidden() -> None:
    """Their names are shown."""
    text = messages.shown("CreateContainer", messages.REQUEST, CREATE, secrets=False)

    assert "PASSWORD" in text
    assert "s3cret" not in text


def test_secrets_are_shown_when_asked_for() -> None:
    """An operator may need them once."""
    assert "s3cret" in messages.shown("CreateContainer", messages.REQUEST, CREATE, secrets=True)


def test_credentials_of_registries_are_hidden() -> None:
    """Also in a message whose type is not known here."""
    text = messages.shown("PullImage", messages.REQUEST, PULL, secrets=False)

    assert "user" not in text
    assert "password" not in text


@pytest.mark.parametrize("method", ["Status", "ContainerStatus", "PodSandboxStatus", "ImageStatus"])
def test_verbose_answers_are_hidden(method: str) -> None:
    """Runtimes repeat environment and credentials in them as JSON."""
    info = api.ContainerStatusResponse(info={"info": '{"env": ["A=s3cret"]}'}).SerializeToString()

    assert "s3cret" not in messages.shown(method, messages.RESPONSE, info, secrets=False)


def test_an_empty_message_is_one_line() -> None:
    """As YAML has it."""
    assert messages.shown("Version", messages.REQUEST, b"", secrets=False) == "{}"


def test_of_a_huge_message_only_the_size_is_shown() -> None:
    """A dump must not stop the daemon."""
    text = messages.shown("ExecSync", messages.RESPONSE, b"\0" * 300_000, secrets=False)

    assert text == "300000 bytes"
