# SPDX-License-Identifier: Apache-2.0
"""The root of all modules, in the order of the reference."""

from .. import module
from . import blockio, control, cpu, dump, instrumentation, logger, policy, rdt

ROOT = module.Module(
    name="",
    doc="A configuration document: a mapping from modules to their data.",
    children=(
        policy.MODULE,
        control.MODULE,
        cpu.MODULE,
        rdt.MODULE,
        blockio.MODULE,
        logger.MODULE,
        dump.MODULE,
        instrumentation.MODULE,
    ),
)
