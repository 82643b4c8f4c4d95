# SPDX-License-Identifier: Apache-2.0
"""Machines drawn, with who is where: for a terminal, as a page for a browser, as a document.

What belongs here: what is drawn (`plan`, `occupants`) and how (`text`, `page`, `document`). What
must not: reading machines or asking daemons, and anything that decides.
"""
