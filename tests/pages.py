"""What the tests of the docs share: the pages, their code blocks, and every setting that a plugin reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
PLUGINS = ROOT / "plugins"
ENV_EXAMPLE = ROOT / "deploy/twinge.env.example"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


def missing(wanted: Iterable[str], text: str) -> list[str]:
    return [each for each in wanted if each not in text]


def plugin_settings() -> set[str]:
    """Every name that a plugin reads from its own slice of the environment, as its source says it."""
    found = set()
    for path in PLUGINS.rglob("*.py"):
        source = path.read_text()
        stem = path.relative_to(PLUGINS).parts[0].removesuffix(".py").removeprefix("twinge_").upper()
        found |= set(re.findall(rf"TWINGE_{stem}_[A-Z][A-Z_]*[A-Z]", source))
        for node in ast.walk(ast.parse(source)):
            found |= {f"TWINGE_{stem}_{name}" for name in read_names(node)}
    return found


def read_names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Subscript(value=source, slice=ast.Constant(value=str(name))):
            pass
        case ast.Call(func=ast.Attribute(value=source, attr="get"), args=[ast.Constant(value=str(name)), *_]):
            pass
        case _:
            return
    if ast.unparse(source) in {"env", "settings", "self._settings"} and name.isupper():
        yield name
