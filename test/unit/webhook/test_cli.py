# SPDX-License-Identifier: Apache-2.0
"""The command line is the original's."""

import pathlib

import pytest

from webhook import cli


@pytest.mark.parametrize("dashes", ["-", "--"])
@pytest.mark.parametrize("sign", ["=", " "])
def test_flags_have_one_dash_or_two(dashes: str, sign: str) -> None:
    """And their value behind a blank or an equals sign."""
    given = ("port 8443", "cert-file a", "key-file b")
    words = " ".join(dashes + one.replace(" ", sign) for one in given).split()
    arguments = cli.parser().parse_args(words)

    assert (arguments.port, arguments.cert_file.name, arguments.key_file.name) == (8443, "a", "b")


def test_the_port_is_that_of_https() -> None:
    """Unless another is named."""
    assert cli.parser().parse_args(["-cert-file=a", "-key-file=b"]).port == 443


@pytest.mark.parametrize("words", [[], ["-cert-file=a"], ["-port=99999", "-cert-file=a"]])
def test_a_wrong_command_line_ends_with_2(words: list[str]) -> None:
    """There is nothing to serve without a certificate."""
    with pytest.raises(SystemExit) as ended:
        cli.parser().parse_args(words)

    assert ended.value.code == 2


def test_a_missing_certificate_ends_with_1(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With the original's words."""
    status = cli.main([f"-cert-file={tmp_path}/a", f"-key-file={tmp_path}/b"])

    assert status == cli.CANNOT_SERVE
    assert "Failed to initialize TLS config: " in caplog.text
