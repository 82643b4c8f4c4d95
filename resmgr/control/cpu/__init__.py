# SPDX-License-Identifier: Apache-2.0
"""Controller `cpu`: frequencies of CPUs and dies by classes that policies put CPUs in.

What belongs here: which CPUs are in which class (`assignments`), which limits follow from that
(`classes`, `limits`), in which order they are written (`order`). What must not: files.
"""
