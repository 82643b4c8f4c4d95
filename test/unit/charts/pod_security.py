# SPDX-License-Identifier: Apache-2.0
"""Pod Security Standards as a pure function over manifests: pod spec -> what it violates.

Only what the levels forbid belongs here, in the words of the standard's own controls; which
violations are accepted for which workload is decided, with the reason, by the test that calls.
Windows pods and ephemeral containers are left out, since no chart here has them.
"""

import collections.abc
import dataclasses
import typing

Object: typing.TypeAlias = dict[str, typing.Any]

BASELINE = "baseline"
RESTRICTED = "restricted"

BASELINE_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
BASELINE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
BASELINE_SELINUX_TYPES = frozenset(
    {
        None,
        "",
        "container_t",
        "container_init_t",
        "container_kvm_t",
        "container_engine_t",
    }
)
RESTRICTED_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One field that a level forbids."""

    control: str
    """Name of the control in the standard, in words-with-dashes."""
    where: str
    """`pod`, `volume NAME` or `container NAME`."""
    value: str


def pod_template(manifest: Object) -> Object:
    """Give the pod template of a workload, or the Pod itself.

    Raises KeyError when the manifest runs no pods.
    """
    if manifest["kind"] == "Pod":
        return manifest
    if manifest["kind"] == "CronJob":
        return typing.cast("Object", manifest["spec"]["jobTemplate"]["spec"]["template"])
    return typing.cast("Object", manifest["spec"]["template"])


def violations(template: Object, level: str) -> list[Violation]:
    """List what a pod template violates at a level, sorted; restricted includes baseline."""
    found = set(_baseline(template))
    if level == RESTRICTED:
        found |= set(_restricted(template["spec"]))
    return sorted(found)


def _containers(spec: Object) -> list[Object]:
    return [*spec.get("initContainers", []), *spec["containers"]]


def _contexts(spec: Object) -> list[tuple[str, Object]]:
    pod = [("pod", spec.get("securityContext", {}))]
    return pod + [
        (f"container {container['name']}", container.get("securityContext", {}))
        for container in _containers(spec)
    ]


def _baseline(template: Object) -> collections.abc.Iterator[Violation]:
    spec = template["spec"]
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield Violation("host-namespaces", "pod", field)
    for volume in spec.get("volumes", []):
        if "hostPath" in volume:
            path = volume["hostPath"]["path"]
            yield Violation("host-path-volumes", f"volume {volume['name']}", path)
    yield from _baseline_pod(template)
    for where, context in _contexts(spec):
        yield from _baseline_context(where, context)
    for container in _containers(spec):
        yield from _baseline_container(container)


def _baseline_pod(template: Object) -> collections.abc.Iterator[Violation]:
    for key, value in template.get("metadata", {}).get("annotations", {}).items():
        if key.startswith("container.apparmor.security.beta.kubernetes.io/") and not (
            value == "runtime/default" or value.startswith("localhost/")
        ):
            yield Violation("app-armor", "pod", value)
    for sysctl in template["spec"].get("securityContext", {}).get("sysctls", []):
        if sysctl["name"] not in BASELINE_SYSCTLS:
            yield Violation("sysctls", "pod", sysctl["name"])


def _baseline_context(where: str, context: Object) -> collections.abc.Iterator[Violation]:
    for field, control in (("seccompProfile", "seccomp"), ("appArmorProfile", "app-armor")):
        if context.get(field, {}).get("type") == "Unconfined":
            yield Violation(control, where, "Unconfined")
    selinux = context.get("seLinuxOptions", {})
    if selinux.get("type") not in BASELINE_SELINUX_TYPES:
        yield Violation("selinux", where, selinux["type"])
    for field in ("user", "role"):
        if selinux.get(field):
            yield Violation("selinux", where, selinux[field])


def _baseline_container(container: Object) -> collections.abc.Iterator[Violation]:
    where = f"container {container['name']}"
    context = container.get("securityContext", {})
    if context.get("privileged"):
        yield Violation("privileged-containers", where, "privileged")
    for capability in context.get("capabilities", {}).get("add", []):
        if capability not in BASELINE_CAPABILITIES:
            yield Violation("capabilities", where, capability)
    for port in container.get("ports", []):
        if port.get("hostPort"):
            yield Violation("host-ports", where, str(port["hostPort"]))
    if context.get("procMount", "Default") != "Default":
        yield Violation("proc-mount", where, context["procMount"])
    hooks = container.get("lifecycle", {})
    handlers = [
        container.get(f"{probe}Probe", {}) for probe in ("liveness", "readiness", "startup")
    ]
    for handler in [*handlers, hooks.get("postStart", {}), hooks.get("preStop", {})]:
        for action in ("httpGet", "tcpSocket"):
            if handler.get(action, {}).get("host"):
                yield Violation("host-probes", where, handler[action]["host"])


def _restricted(spec: Object) -> collections.abc.Iterator[Violation]:
    pod = spec.get("securityContext", {})
    for volume in spec.get("volumes", []):
        for kind in sorted(set(volume) - {"name"} - RESTRICTED_VOLUMES):
            yield Violation("volume-types", f"volume {volume['name']}", kind)
    if pod.get("runAsUser") == 0:
        yield Violation("running-as-non-root-user", "pod", "0")
    for container in _containers(spec):
        yield from _restricted_container(container, pod)


def _restricted_container(container: Object, pod: Object) -> collections.abc.Iterator[Violation]:
    where = f"container {container['name']}"
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation") is not False:
        yield Violation("privilege-escalation", where, "not false")
    if context.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield Violation("running-as-non-root", where, "not true")
    if context.get("runAsUser") == 0:
        yield Violation("running-as-non-root-user", where, "0")
    profile = context.get("seccompProfile", pod.get("seccompProfile", {}))
    if profile.get("type") not in {"RuntimeDefault", "Localhost"}:
        yield Violation("seccomp", where, str(profile.get("type")))
    capabilities = context.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield Violation("capabilities", where, "ALL not dropped")
    for capability in capabilities.get("add", []):
        if capability != "NET_BIND_SERVICE":
            yield Violation("capabilities", where, capability)
