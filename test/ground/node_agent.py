# SPDX-License-Identifier: Apache-2.0
"""What gardener-node-agent does to a node whose OperatingSystemConfig has changed.

Gardener contract, section 6.3: a unit that differs is written anew with mode 0600, the folder of
its drop-ins goes, systemd reads its files again and the unit is restarted. Files of others, the
extra arguments of the kubelet among them, are not looked at.
"""

import shutil
from collections.abc import Mapping

from . import gardener, kubelet, machine

LAST_APPLIED = "/var/lib/gardener-node-agent/last-applied-osc.yaml"


def kubelet_unit(on: machine.Machine) -> str:
    """Read the unit as it lies on the disk."""
    return on.disk.path(f"/etc/systemd/system/{kubelet.UNIT}").read_text(encoding="utf-8")


async def apply(on: machine.Machine, unit: str) -> None:
    """Apply another kubelet.service, and wait until the kubelet is healthy.

    Raises `machine.MachineProblem`.
    """
    on.disk.write(f"/etc/systemd/system/{kubelet.UNIT}", unit, mode=0o600)
    on.disk.write(LAST_APPLIED, gardener.last_applied(unit), mode=0o600)
    await _changed(on)


async def replace_kubelet(on: machine.Machine) -> None:
    """Put another kubelet into /opt/bin (the same program, as another file) and restart it.

    Raises `machine.MachineProblem`.
    """
    program = on.disk.path("/opt/bin/kubelet")
    new = program.with_name("kubelet.new")
    shutil.copy2(program, new)
    new.rename(program)
    await _changed(on)


async def label(on: machine.Machine, changes: Mapping[str, str]) -> None:
    """Apply the unit with more labels, as after a change of a worker pool's labels.

    The kubelet gives them to a node that registers, not to one that has. Raises
    `machine.MachineProblem`.
    """
    words = "".join(f"    --node-labels={key}={value} \\\n" for key, value in changes.items())
    start = "ExecStart=/opt/bin/kubelet \\\n"
    await apply(on, kubelet_unit(on).replace(start, start + words))


async def _changed(on: machine.Machine) -> None:
    drop_ins = on.disk.path(f"/etc/systemd/system/{kubelet.UNIT}.d")
    shutil.rmtree(drop_ins, ignore_errors=True)
    await on.systemctl("daemon-reload")
    await kubelet.restart(on)
