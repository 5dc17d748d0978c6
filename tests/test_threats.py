"""docs/threats.md names tests that are there, and each of the fifteen measures is held by one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pages import DOCS, ROOT

TEXT = (DOCS / "threats.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:[\w/]+/)?test_\w+\.py)(?:::(\w+))?`", TEXT)))
WHO = ("stranger on the net", "athlete", "coach", "operator", "vendor", "thief", "plugin", "proxy")


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("file", "function"), NAMED, ids="::".join)
def test_a_test_that_the_page_names_is_there(file: str, function: str) -> None:
    path = ROOT / "tests" / file
    assert path.is_file()
    assert not function or function in functions(path)


def test_everybody_has_a_chapter_with_what_is_left_to_the_operator() -> None:
    chapters = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    titles = [one.partition("\n")[0].lower() for one in chapters]
    assert [who for who in WHO if not any(who in title for title in titles)] == []
    assert [one.partition("\n")[0] for one in chapters if "Left to you: " not in one] == []


def test_every_measure_is_named_there() -> None:
    """5 and 14 are about sealing and rotation, and have pages of their own."""
    there = {int(file.partition("test_")[2][:2]) for file, _ in NAMED if re.search(r"trust/test_\d\d", file)}
    assert there >= {1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 15}
