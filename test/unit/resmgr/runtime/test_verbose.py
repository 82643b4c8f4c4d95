# SPDX-License-Identifier: Apache-2.0
"""What hides in verbose statuses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.resmgr.runtime import answers

from resmgr.model import LinuxResources
from resmgr.runtime import verbose

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["config", "linux", "runtimeSpec", "resources", "cpu", "cpus"]), inner
        )
    ),
)


def test_parent_as_containerd_tells_it() -> None:
    """Containerd gives the kubelet's configuration."""
    told = answers.info(config={"linux": {"cgroup_parent": "/kubepods/podu"}})

    assert verbose.cgroup_parent(told) == "/kubepods/podu"


def test_parent_as_crio_tells_it() -> None:
    """CRI-O gives it as an annotation of the specification."""
    told = answers.info(
        runtimeSpec={"annotations": {"io.kubernetes.cri-o.CgroupParent": "kubepods.slice"}}
    )

    assert verbose.cgroup_parent(told) == "kubepods.slice"


def test_resources_of_the_specification() -> None:
    """The specification tells all that the model has."""
    spec = {
        "linux": {
            "resources": {
                "memory": {"limit": 1 << 30},
                "cpu": {"shares": 512, "quota": -1, "period": 100000, "cpus": "0-3", "mems": "1"},
            }
        }
    }

    assert verbose.resources(answers.info(runtimeSpec=spec)) == LinuxResources(
        shares=512,
        quota=-1,
        period=100_000,
        memory_limit=1 << 30,
        cpuset_cpus=0b1111,
        cpuset_mems=0b10,
    )


@pytest.mark.parametrize(
    "told", [{}, {"info": ""}, {"info": "{"}, {"info": "[" * 100_000}, {"info": "3"}, {"i": "{}"}]
)
def test_other_forms_tell_nothing(told: dict[str, str]) -> None:
    """A text that is missing or is no JSON tells nothing."""
    assert verbose.cgroup_parent(told) == ""
    assert verbose.resources(told) is None


@given(JSON)
def test_any_json_is_survived(data: Any) -> None:
    """Whatever is in the text, there is an answer of the right type."""
    told = {"info": json.dumps(data)}

    assert isinstance(verbose.cgroup_parent(told), str)
    assert isinstance(verbose.resources(told), LinuxResources | None)
