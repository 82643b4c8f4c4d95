# SPDX-License-Identifier: Apache-2.0
"""`config`: its verbs."""

import pytest

from ctl import config, exits, main


@pytest.mark.parametrize("verb", config.VERBS)
def test_every_verb_helps(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each has examples."""
    with pytest.raises(SystemExit) as ended:
        main.main(["config", verb, "--help"])

    text = capsys.readouterr().out
    assert ended.value.code == exits.FINE
    assert "Examples:" in text


def test_a_verb_is_needed() -> None:
    """Without one it is wrong usage."""
    with pytest.raises(SystemExit) as ended:
        main.main(["config"])

    assert ended.value.code == exits.USAGE
