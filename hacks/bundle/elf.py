# SPDX-License-Identifier: Apache-2.0
"""What is read from and changed in ELF files: the glibc and the libraries that they need."""

from pathlib import Path
from typing import Any, Literal

from elftools.elf import dynamic, elffile, gnuversions

MAGIC = b"\x7fELF"

UNKNOWN_TAG = 0x6FFFF000
"""A dynamic tag that nobody reads; a loader passes over what it does not know."""


def is_elf(path: Path) -> bool:
    """Tell whether a file is a program or a library."""
    with path.open("rb") as file:
        return file.read(4) == MAGIC


def glibc(path: Path) -> tuple[int, ...]:
    """Give the newest version of glibc whose symbols a file asks for, as numbers; () for none."""
    with path.open("rb") as file:
        section = elffile.ELFFile(file).get_section_by_name(".gnu.version_r")
        if not isinstance(section, gnuversions.GNUVerNeedSection):
            return ()
        names = [aux.name for _, versions in section.iter_versions() for aux in versions]
    return max((numbers(name[6:]) for name in names if name.startswith("GLIBC_")), default=())


def numbers(version: str) -> tuple[int, ...]:
    """Give a version such as 2.17 as numbers, which compare as versions do."""
    return tuple(int(word) for word in version.split(".") if word.isdigit())


def libraries(path: Path) -> list[str]:
    """Give the libraries that a file names as needed."""
    with path.open("rb") as file:
        section = elffile.ELFFile(file).get_section_by_name(".dynamic")
        if not isinstance(section, dynamic.DynamicSection):
            return []
        # pyelftools gives tags attributes that its types do not tell.
        tags: list[Any] = list(section.iter_tags("DT_NEEDED"))
        return [tag.needed for tag in tags]


def forget_library(path: Path, name: str) -> None:
    """Take one needed library off a file, none of whose symbols it uses.

    The entry keeps its place and gets a tag that no loader knows. Raises `ValueError` when the file
    does not name the library.
    """
    with path.open("rb") as file:
        elf = elffile.ELFFile(file)
        section = elf.get_section_by_name(".dynamic")
        if not isinstance(section, dynamic.DynamicSection):
            raise ValueError(f"{path} has no dynamic section")  # noqa: TRY004 - a file, no type
        tags: list[Any] = list(section.iter_tags())
        for index, tag in enumerate(tags):
            if tag.entry.d_tag == "DT_NEEDED" and tag.needed == name:
                offset = section["sh_offset"] + index * section["sh_entsize"]
                break
        else:
            raise ValueError(f"{path} does not need {name}")
        size = elf.elfclass // 8
        order: Literal["little", "big"] = "little" if elf.little_endian else "big"
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(UNKNOWN_TAG.to_bytes(size, order))
