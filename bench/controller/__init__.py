# SPDX-License-Identifier: Apache-2.0
"""The controller as a process against a real API server with many shoots.

`phases` says what is done to it, `window` what is measured meanwhile, `stage` what stands around
it, `targets` what should come out. Nothing of the controller runs in this process but its thin
client, which the stand-ins use.
"""
