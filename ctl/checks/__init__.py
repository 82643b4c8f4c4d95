# SPDX-License-Identifier: Apache-2.0
"""The checks of `cri-resmgrctl doctor`: each looks at one thing and tells what helps.

What belongs here: functions from a node to a finding. What must not: changing anything, and
printing. A check that cannot look says so; it never ends the others.
"""
