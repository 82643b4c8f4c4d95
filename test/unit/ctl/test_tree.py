# SPDX-License-Identifier: Apache-2.0
"""Parsers read as data."""

import argparse

from ctl import main, tree


def test_a_parser_is_read_with_its_words() -> None:
    """Options have their names, values their placeholders, defaults stand in the help."""
    parser = argparse.ArgumentParser(prog="p", description="It does.", epilog="The end.")
    parser.add_argument("-o", "--output", choices=("a", "b"), default="a", help="is %(default)s")
    parser.add_argument("--quick", action="store_true", help="quick")
    parser.add_argument("--hidden", help=argparse.SUPPRESS)
    parser.add_argument("file", nargs="+", metavar="FILE", help="what is read")

    found = tree.read(parser)

    assert (found.description, found.epilog, found.below) == ("It does.", "The end.", ())
    assert found.words[1:] == (
        tree.Word(("-o", "--output"), "a|b", ("a", "b"), "is a"),
        tree.Word(("--quick",), "", (), "quick"),
        tree.Word((), "FILE", (), "what is read", many=True),
    )


def test_commands_below_have_paths_and_lines() -> None:
    """Each knows the words that lead to it."""
    found = {one.path: one.line for one in tree.read(main.parser()).walk()}

    assert found[()] == ""
    assert found[("state",)] == main.COMMANDS["state"]
    assert found[("state", "dump")] == "print all of it as JSON"
