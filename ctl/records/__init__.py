# SPDX-License-Identifier: Apache-2.0
"""Records of machines: the files of sysfs that discovery reads, to be sent, kept and read again.

What belongs here: taking them, writing them as a folder or an archive, reading them without
believing anything. What must not: what the files mean, which discovery knows alone.
"""
