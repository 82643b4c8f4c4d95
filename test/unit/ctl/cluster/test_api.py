# SPDX-License-Identifier: Apache-2.0
"""The way to a cluster; with a real one in test/integration/ctl."""

import sys
from pathlib import Path

import pytest

from ctl import exits, problem
from ctl.cluster import api


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a node, where it is never installed."""
    monkeypatch.setitem(sys.modules, "kubernetes.client", None)
    with pytest.raises(problem.Problem) as caught:
        api.Cluster()

    assert "the Python package kubernetes is not here" in caught.value.message
    assert "pip install 'gardener-extension-cri-resmgr[cluster]'" in caught.value.hint


@pytest.mark.parametrize("text", [None, "{", "apiVersion: v1\nkind: Config\n", "contexts: 1\n"])
def test_a_kubeconfig_that_is_none(text: str | None, tmp_path: Path) -> None:
    """It says what is wrong, and how to name another one."""
    file = tmp_path / "kubeconfig"
    if text is not None:
        file.write_text(text)
    with pytest.raises(problem.Problem, match="cannot read the kubeconfig: ") as caught:
        api.Cluster(str(file))

    assert caught.value.status == exits.USAGE
    assert "--kubeconfig FILE" in caught.value.hint


def test_refusals_say_what_helps() -> None:
    """No rights, and no such kind."""
    forbidden = api.refusal("list them", 403, "nobody may")
    missing = api.refusal("list them", 404, "not found")

    assert isinstance(forbidden, problem.Problem)
    assert forbidden.message == "cannot list them: nobody may"
    assert "kubectl auth can-i list noderesourcemanagers" in forbidden.hint
    assert isinstance(missing, problem.Problem)
    assert "kubectl get crd noderesourcemanagers" in missing.hint
    assert isinstance(api.refusal("watch them", 410, "too old"), api.Expired)
