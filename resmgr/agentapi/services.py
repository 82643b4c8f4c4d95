# SPDX-License-Identifier: Apache-2.0
"""The services between daemon and node agent, by their full names.

A method is called by the path `/SERVICE/METHOD`. The first two are the original's.
"""

from typing import Final

AGENT: Final = "v1.Agent"
"""The agent's: GetNode, PatchNode, UpdateNodeCapacity, HealthCheck."""

CONFIG: Final = "v1.Config"
"""The daemon's: SetConfig, SetAdjustment."""

REPORT: Final = "criresmgr.v1.Report"
"""The agent's, of our own: Events, State."""
