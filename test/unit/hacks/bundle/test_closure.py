# SPDX-License-Identifier: Apache-2.0
"""Which modules go into the bundle."""

from pathlib import Path

import pytest

from hacks.bundle import closure


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package of three modules and a library, and modules beside it."""
    for name, text in {
        "ours/__init__.py": "",
        "ours/main.py": "def run():\n    import json_like\n    from . import near\n",
        "ours/near.py": "from .deep import thing, NAME\nimport ours._fast\n",
        "ours/deep/__init__.py": "",
        "ours/deep/thing.py": "import os.path\nimport rare.corner\n",
        "ours/_fast.abi3.so": "",
        "json_like.py": "import space.inside\n",
        "space/inside.py": "",
        "rare/__init__.py": "",
        "rare/corner.py": "import nobody\n",
        "nobody.py": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_imports_are_followed_wherever_they_stand(folder: Path) -> None:
    """Modules imported in functions, relatively, and from namespaces are found, with parents."""
    found = closure.reach(["ours.main"], [folder], [])

    assert sorted(found) == [
        "json_like",
        "nobody",
        "ours",
        "ours._fast",
        "ours.deep",
        "ours.deep.thing",
        "ours.main",
        "ours.near",
        "rare",
        "rare.corner",
        "space.inside",
    ]


def test_unused_trees_stay_out_with_what_only_they_import(folder: Path) -> None:
    """A tree that is left out brings nothing along."""
    found = closure.reach(["ours.main"], [folder], ["rare"])

    assert not {"rare", "rare.corner", "nobody"} & set(found)


def test_libraries_are_told_from_sources(folder: Path) -> None:
    """A file with the suffix of a library is one, and is not read."""
    found = closure.reach(["ours.near"], [folder], [])

    assert [name for name, module in found.items() if module.extension] == ["ours._fast"]


def test_first_folder_counts(folder: Path, tmp_path: Path) -> None:
    """Of two folders with the same module the first is taken, as Python does."""
    before = tmp_path / "before"
    before.mkdir()
    (before / "nobody.py").write_text("", encoding="utf-8")

    module = closure.find("nobody", [before, folder])

    assert module is not None
    assert module.path == before / "nobody.py"


def test_root_that_is_nowhere_is_an_error(folder: Path) -> None:
    """A module that was asked for by name must be there; a built-in one is."""
    with pytest.raises(LookupError, match=r"no module ours\.gone in"):
        closure.reach(["sys", "ours.gone"], [folder], [])


def test_modules_of_a_package_are_listed_by_name(folder: Path) -> None:
    """All modules of a package, itself and sub-packages included."""
    assert closure.below(folder, "ours") == [
        "ours",
        "ours.deep",
        "ours.deep.thing",
        "ours.main",
        "ours.near",
    ]
