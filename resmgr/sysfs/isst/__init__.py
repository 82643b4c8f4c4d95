# SPDX-License-Identifier: Apache-2.0
"""Asks the kernel's driver what Speed Select (SST) does, by ioctls of `/dev/isst_interface`.

What belongs here: the few requests that read (`requests`), what answers mean (`decode`), in which
order they are asked (`survey`), the device (`device`). What must not: any request that sets
something. Numbers and layouts are those of the kernel's header `linux/isst_if.h`, what is in a
mailbox that of its admin guide and of its tool `intel-speed-select`.
"""
