# SPDX-License-Identifier: Apache-2.0
"""The Pod Security checker finds what it is there to find."""

import typing

import pytest
from unit.charts import pod_security

Object: typing.TypeAlias = dict[str, typing.Any]

GOOD_CONTEXT: Object = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def template(
    context: Object | None = None, container: Object | None = None, **spec: typing.Any
) -> Object:
    """Give a pod template that keeps to restricted but for what is passed."""
    main = {"name": "main", "securityContext": {**GOOD_CONTEXT, **(context or {})}}
    return {"metadata": {}, "spec": {"containers": [{**main, **(container or {})}], **spec}}


def controls(pod: Object, level: str) -> set[str]:
    """Give the names of the controls that a pod template violates."""
    return {violation.control for violation in pod_security.violations(pod, level)}


def test_good_pod() -> None:
    """A pod that keeps to restricted has no violations."""
    assert pod_security.violations(template(), pod_security.RESTRICTED) == []


@pytest.mark.parametrize(
    ("control", "pod"),
    [
        ("host-namespaces", template(hostNetwork=True)),
        ("host-namespaces", template(hostPID=True)),
        ("host-namespaces", template(hostIPC=True)),
        ("host-path-volumes", template(volumes=[{"name": "v", "hostPath": {"path": "/etc"}}])),
        ("privileged-containers", template({"privileged": True})),
        ("capabilities", template({"capabilities": {"add": ["SYS_ADMIN"]}})),
        ("host-ports", template(container={"ports": [{"hostPort": 80}]})),
        ("proc-mount", template({"procMount": "Unmasked"})),
        ("seccomp", template({"seccompProfile": {"type": "Unconfined"}})),
        ("app-armor", template({"appArmorProfile": {"type": "Unconfined"}})),
        ("selinux", template({"seLinuxOptions": {"type": "spc_t"}})),
        ("selinux", template({"seLinuxOptions": {"user": "system_u"}})),
        (
            "sysctls",
            template(securityContext={"sysctls": [{"name": "kernel.panic", "value": "1"}]}),
        ),
        (
            "host-probes",
            template(container={"livenessProbe": {"httpGet": {"host": "127.0.0.1", "port": 1}}}),
        ),
        (
            "host-probes",
            template(container={"lifecycle": {"preStop": {"tcpSocket": {"host": "h", "port": 1}}}}),
        ),
    ],
)
def test_baseline(control: str, pod: Object) -> None:
    """What baseline forbids is found at both levels."""
    assert controls(pod, pod_security.BASELINE) == {control}
    assert control in controls(pod, pod_security.RESTRICTED)


@pytest.mark.parametrize(
    ("control", "pod"),
    [
        ("privilege-escalation", template({"allowPrivilegeEscalation": None})),
        ("running-as-non-root", template({"runAsNonRoot": False})),
        ("running-as-non-root-user", template({"runAsUser": 0})),
        ("running-as-non-root-user", template(securityContext={"runAsUser": 0})),
        ("seccomp", template({"seccompProfile": {}})),
        ("capabilities", template({"capabilities": {"drop": ["NET_RAW"]}})),
        ("capabilities", template({"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}})),
        ("volume-types", template(volumes=[{"name": "v", "nfs": {"server": "s", "path": "/"}}])),
    ],
)
def test_restricted(control: str, pod: Object) -> None:
    """What only restricted forbids is found there and not at baseline."""
    assert controls(pod, pod_security.RESTRICTED) == {control}
    assert controls(pod, pod_security.BASELINE) == set()


def test_init_containers() -> None:
    """An init container is looked at like any other."""
    pod = template(initContainers=[{"name": "early", "securityContext": {"privileged": True}}])

    found = pod_security.violations(pod, pod_security.BASELINE)

    assert [violation.where for violation in found] == ["container early"]


def test_pod_level_defaults() -> None:
    """Settings of the pod hold for a container that says nothing."""
    pod = template(securityContext={k: GOOD_CONTEXT[k] for k in ("runAsNonRoot", "seccompProfile")})
    for field in ("runAsNonRoot", "seccompProfile"):
        del pod["spec"]["containers"][0]["securityContext"][field]

    assert pod_security.violations(pod, pod_security.RESTRICTED) == []


@pytest.mark.parametrize(
    "manifest",
    [
        {"kind": "Pod", "spec": {"containers": []}},
        {"kind": "DaemonSet", "spec": {"template": {"spec": {"containers": []}}}},
        {
            "kind": "CronJob",
            "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": []}}}}},
        },
    ],
)
def test_pod_template(manifest: Object) -> None:
    """The pod template of each kind of workload is found."""
    assert pod_security.pod_template(manifest)["spec"] == {"containers": []}
