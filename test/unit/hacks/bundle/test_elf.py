# SPDX-License-Identifier: Apache-2.0
"""What is read from and changed in ELF files, on those of the environment that runs the tests."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hacks.bundle import elf


def library(name: str) -> Path:
    """Give the file of a module that is a library."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)


@pytest.fixture
def protobuf(tmp_path: Path) -> Path:
    """A copy of protobuf's library, which names the C++ library and uses nothing of it."""
    return Path(shutil.copy(library("google._upb._message"), tmp_path))


@pytest.mark.parametrize("name", ["google._upb._message", "yaml._yaml"])
def test_newest_version_of_glibc_is_found(name: str) -> None:
    """It is the greatest number among the versions that `objdump` shows, not the last word."""
    path = library(name)
    shown = subprocess.run(
        ["objdump", "--private-headers", path], check=True, capture_output=True, text=True
    ).stdout
    versions = [elf.numbers(version) for version in re.findall(r"GLIBC_([0-9.]+)", shown)]

    assert elf.glibc(path) == max(versions)


def test_versions_compare_as_numbers() -> None:
    """2.17 is newer than 2.4."""
    assert elf.numbers("2.17") > elf.numbers("2.4")


def test_file_that_is_no_elf_is_told(tmp_path: Path, protobuf: Path) -> None:
    """Only the first bytes count."""
    (tmp_path / "text").write_text("#!/bin/sh\n", encoding="utf-8")

    assert elf.is_elf(protobuf)
    assert not elf.is_elf(tmp_path / "text")


def test_library_that_is_not_needed_is_forgotten(protobuf: Path) -> None:
    """One entry goes, all others and the size stay."""
    size, before = protobuf.stat().st_size, elf.libraries(protobuf)

    elf.forget_library(protobuf, "libstdc++.so.6")

    assert elf.libraries(protobuf) == [name for name in before if name != "libstdc++.so.6"]
    assert protobuf.stat().st_size == size


def test_library_that_is_not_named_cannot_be_forgotten(protobuf: Path) -> None:
    """A wrong name is an error: nobody believes that something was mended."""
    with pytest.raises(ValueError, match="does not need libother"):
        elf.forget_library(protobuf, "libother.so.1")
