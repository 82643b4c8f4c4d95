# SPDX-License-Identifier: Apache-2.0
"""Which nodes are refused, and what their operators read."""

import dataclasses

import pytest
from node import model

from installer import preflight

UNIT = model.KUBELET_UNIT
FINE = preflight.Evidence(
    unit=UNIT.encode(),
    config=b"cpuManagerPolicy: none\n",
    running=("/opt/bin/kubelet", f"--container-runtime-endpoint={model.CONTAINERD}"),
    needed=30 << 20,
    free=1 << 30,
)
STATIC = b"kind: KubeletConfiguration\ncpuManagerPolicy: static\nx:\n- y\n"


def edited(old: str, new: str) -> bytes:
    """The kubelet's unit with a change."""
    assert old in UNIT
    return UNIT.replace(old, new).encode()


def test_a_gardener_node_passes() -> None:
    """Every check is fine on a node of Gardener's shape."""
    checks = preflight.judge(FINE)

    assert {check.verdict for check in checks} == {preflight.Verdict.OK}
    assert preflight.refusal(checks) is None
    assert len({check.name for check in checks}) == len(checks)


REFUSED: dict[str, tuple[dict[str, object], str, str]] = {
    "other machine": ({"machine": "riscv64"}, "architecture", "riscv64"),
    "no bus": ({"systemd_problem": "cannot connect to the bus"}, "systemd", "cannot connect"),
    "no containerd": ({"containerd_socket": False}, "containerd", "is not there"),
    "CRI-O": ({"containerd_socket": False, "crio_socket": True}, "containerd", "CRI-O"),
    "no unit": ({"unit": None}, "kubelet unit", "no kubelet.service"),
    "unreadable unit": ({"unit": None, "unit_problem": "cannot read X"}, "kubelet unit", "read X"),
    "no environment file": (
        {"unit": edited("EnvironmentFile=-/var/lib/kubelet/extra_args\n", "")},
        "kubelet unit",
        "does not read /var/lib/kubelet/extra_args",
    ),
    "needed environment file": (
        {"unit": edited("=-/var/lib", "=/var/lib")},
        "kubelet unit",
        "may be missing",
    ),
    "later environment file": (
        {"drop_ins": (b"[Service]\nEnvironmentFile=-/etc/kubelet.env\n",)},
        "kubelet unit",
        "/etc/kubelet.env is read after",
    ),
    "variable not last": (
        {"unit": edited("$KUBELET_EXTRA_ARGS", "$KUBELET_EXTRA_ARGS --v=3")},
        "kubelet unit",
        "not the last word",
    ),
    "braces": (
        {"unit": edited("$KUBELET_EXTRA_ARGS", "${KUBELET_EXTRA_ARGS}")},
        "kubelet unit",
        "not the last word",
    ),
    "two starts": ({"drop_ins": (b"[Service]\nExecStart=/x\n",)}, "kubelet unit", "2 ExecStart"),
    "other runtime": (
        {"running": ("kubelet", "--container-runtime-endpoint", "unix:///run/crio/crio.sock")},
        "kubelet endpoint",
        "crio.sock is not containerd's",
    ),
    "foreign endpoint": (
        {"extra_args": b"KUBELET_EXTRA_ARGS=--container-runtime-endpoint=unix:///x\n"},
        "extra_args",
        "unix:///x",
    ),
    "link": ({"extra_args_problem": "it is a symbolic link"}, "extra_args", "symbolic link"),
    "static": ({"config": STATIC}, "CPU manager", "cpuManagerPolicy is static in the kubelet's"),
    "static in JSON": ({"config": b'{"cpuManagerPolicy": "static"}'}, "CPU manager", "static"),
    "static by flag": (
        {"running": ("kubelet", "--cpu-manager-policy=static")},
        "CPU manager",
        "static on the kubelet's command line",
    ),
    "odd configuration": ({"config": b"a: *b\n"}, "CPU manager", "cannot be read"),
    "full": ({"free": 1 << 20}, "disk space", "30 MiB are needed"),
    "read-only": ({"read_only": ("/etc/cri-resmgr",)}, "file systems", "/etc/cri-resmgr"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_node_that_is_not_supported_is_refused(case: str) -> None:
    """Each reason is told by the check that is about it, with a remedy."""
    changes, name, detail = REFUSED[case]
    evidence = dataclasses.replace(FINE, **changes)  # type: ignore[arg-type]

    found = preflight.refusal(preflight.judge(evidence))
    assert found is not None
    assert found.name == name
    assert detail in found.detail
    assert found.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"config": None},
        {"config": b"cpuManagerPolicyOptions: {}\nx:\n  cpuManagerPolicy: static\n"},
        {"running": None},
        {"needed": 0, "free": 0},
        {"extra_args": b"# note\nKUBELET_EXTRA_ARGS=--v=4\n"},
        {"drop_ins": (b"[Service]\nCPUQuota=50%\n",)},
        {
            "running": (
                "kubelet",
                "--container-runtime-endpoint=/var/run/cri-resmgr/cri-resmgr.sock",
            )
        },
    ],
)
def test_what_does_not_matter_is_no_reason(changes: dict[str, object]) -> None:
    """Variants of a good node pass."""
    evidence = dataclasses.replace(FINE, **changes)  # type: ignore[arg-type]

    assert preflight.refusal(preflight.judge(evidence)) is None


def test_everything_is_told_at_once() -> None:
    """A node with several faults shows them all."""
    evidence = dataclasses.replace(FINE, machine="x", containerd_socket=False, config=STATIC)
    failed = [check for check in preflight.judge(evidence) if check.verdict == "fail"]

    assert [check.name for check in failed] == ["architecture", "containerd", "CPU manager"]
