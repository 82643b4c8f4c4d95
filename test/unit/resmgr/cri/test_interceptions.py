# SPDX-License-Identifier: Apache-2.0
"""The list of intercepted calls."""

from resmgr.cri import interceptions


def test_all_nine_calls() -> None:
    """These calls and no others are intercepted; one of them is only watched."""
    assert list(interceptions.HANDLED) == [
        "RunPodSandbox",
        "CreateContainer",
        "StartContainer",
        "UpdateContainerResources",
        "StopContainer",
        "RemoveContainer",
        "StopPodSandbox",
        "RemovePodSandbox",
    ]
    assert list(interceptions.WATCHED) == ["ListContainers"]
