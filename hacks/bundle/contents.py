# SPDX-License-Identifier: Apache-2.0
"""What is in the bundle and what is not, as data."""

PACKAGES = frozenset({"resmgr", "ctl", "installer"})
"""Ours; all of their modules are in it, since several are found by name."""

ON_DISK = frozenset({"installer", "yaml"})
"""Packages that stand as files: one has data beside its modules, one a library inside."""

EXECUTABLE = frozenset({"cri-resmgr", "rescue"})
LINKS = ("cri-resmgr-installer", "cri-resmgrctl", "kubectl-resmgr")

FLOOR = "hacks/bundle/glibc.txt"
LARGEST = 30_000_000
"""Bytes of all files together, at most."""

NOT_NEEDED = "libstdc++.so.6"
"""protobuf's library names it and uses nothing of it; a node need not have it."""

SILENT = tuple(
    """
    _strptime codecs copyreg encodings.aliases encodings.ascii encodings.charmap encodings.cp437
    encodings.idna encodings.latin_1 encodings.punycode encodings.raw_unicode_escape
    encodings.unicode_escape encodings.utf_16 encodings.utf_16_be encodings.utf_16_le
    encodings.utf_32 encodings.utf_8 encodings.utf_8_sig google._upb._message
    google.protobuf.internal.well_known_types importlib.readers io linecache locale os threading
    traceback warnings
    """.split()  # noqa: SIM905 - words read best so
)
"""Modules that C code or a computed name imports, so that no source of ours tells of them."""

UNUSED = frozenset(
    """
    _osx_support _pydecimal _pyio antigravity bdb bz2 cProfile cgi cgitb cmd code codeop
    concurrent.futures.process ctypes curses difflib distutils doctest ensurepip ftplib idlelib
    imaplib imghdr lib2to3 lzma mailbox multiprocessing netrc nntplib nturl2path optparse pdb
    pickletools plistlib poplib profile pstats pty pyclbr pydoc pydoc_data smtplib sqlite3.dump
    symtable telnetlib test this tkinter tracemalloc trace tty turtle unittest venv
    webbrowser wsgiref xml xmlrpc zipapp
    google.protobuf.internal.python_message google.protobuf.pyext google.protobuf.testdata
    jeepney.bindgen jeepney.io.asyncio jeepney.io.trio jeepney.tests hypothesis pytest
    """.split()  # noqa: SIM905 - words read best so
)
"""Modules, with what is below them, that are imported in cases which a node does not have."""
