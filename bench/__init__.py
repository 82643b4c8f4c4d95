# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: programs that measure, one package each, run by `make bench`.

What belongs here: what drives and measures a part of the project from outside, and how figures are
shown. What must not: assertions about behaviour (tests), and stand-ins (they are in
`test/garden`, which tests and benchmarks share).
"""
