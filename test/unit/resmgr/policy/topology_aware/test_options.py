# SPDX-License-Identifier: Apache-2.0
"""The configuration, typed."""

import pytest

from resmgr.policy.topology_aware import options
from resmgr.policy.topology_aware.options import Options


def test_what_is_not_configured_has_its_default() -> None:
    """Null is as good as nothing."""
    assert options.of({}) == options.of({"PinCPU": None}) == Options()


def test_all_that_is_configured_is_taken() -> None:
    """Switches and namespaces."""
    config = {
        "PinCPU": False,
        "PinMemory": False,
        "PreferIsolatedCPUs": False,
        "PreferSharedCPUs": True,
        "ReservedPoolNamespaces": ["a*", "b"],
        "ColocatePods": True,
        "ColocateNamespaces": True,
    }

    assert options.of(config) == Options(
        pin_cpu=False,
        pin_memory=False,
        prefer_isolated=False,
        prefer_shared=True,
        reserved_namespaces=("a*", "b"),
        colocate_pods=True,
        colocate_namespaces=True,
    )


@pytest.mark.parametrize(
    ("patterns", "namespace", "expected"),
    [
        ([], "kube-system", True),
        ([], "default", False),
        (["mon*"], "monitoring", True),
        (["[", "mon*"], "monitoring", False),
    ],
)
def test_namespaces_are_reserved_by_pattern(
    patterns: list[str],
    namespace: str,
    expected: bool,  # noqa: FBT001
) -> None:
    """kube-system always is; a malformed pattern ends the list."""
    chosen = options.of({"ReservedPoolNamespaces": patterns})

    assert chosen.is_reserved(namespace) is expected
