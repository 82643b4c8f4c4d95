# SPDX-License-Identifier: Apache-2.0
"""Every step, in the order in which they are applied."""

from . import (
    configuration,
    endpoint,
    gate,
    interface,
    relay,
    rescue,
    takeover,
    tree,
    units,
    watch,
)

ALL: tuple[interface.Step, ...] = (
    takeover.Takeover(),
    tree.Tree(),
    rescue.Rescue(),
    configuration.Configuration(),
    units.Units(),
    relay.Relay(),
    gate.GateStep(),
    endpoint.Endpoint(),
    watch.Watch(),
)

BY_NAME = {step.name: step for step in ALL}
