"""Builds the site of these pages into build/site: `make docs`.

A page may link to a file outside docs/ (README, a plugin, the unit file): on the site that leads to a copy of it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "build/pages"
LINK = re.compile(r"\]\((\.\./[^)#\s]+)(#[^)\s]*)?\)")
WORDS = {".py": "python", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}


def gather(pages: Path) -> None:
    """Every page, and a copy of every file outside docs/ that one of them links to, in `pages`."""
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(ROOT / "docs", pages, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "README.md"):
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        (pages / name).write_text(_turned(text, pages, Path(name), ROOT / name), encoding="utf-8")
    for path in (ROOT / "docs").rglob("*.md"):
        name = path.relative_to(ROOT / "docs")
        (pages / name).write_text(_turned(path.read_text(encoding="utf-8"), pages, name, path), encoding="utf-8")


def _turned(text: str, pages: Path, name: Path, source: Path) -> str:
    """The page with its links outwards turned to the copies."""

    def turn(found: re.Match[str]) -> str:
        target = (source.parent / found[1]).resolve()
        if target.is_relative_to(ROOT / "docs"):
            return found[0]
        up = "../" * (len(name.parts) - 1)
        return f"]({up}{_copied(target, pages)}{found[2] or ''})"

    return LINK.sub(turn, text)


def _copied(target: Path, pages: Path) -> str:
    """Where the copy of a file of the repository lies on the site; of a folder, the list of its files."""
    name = target.relative_to(ROOT).as_posix()
    if name.endswith(".md") and "/" not in name:
        return name
    copy = pages / "source" / f"{name}.md"
    copy.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        body = "\n".join(f"- `{path.relative_to(ROOT).as_posix()}`" for path in sorted(target.rglob("*.py")))
    else:
        body = f"```{WORDS.get(target.suffix, '')}\n{target.read_text(encoding='utf-8').rstrip()}\n```"
    copy.write_text(f"# {name}\n\n{body}\n", encoding="utf-8")
    return f"source/{name}.md"


def main() -> int:
    """Build; 1 where a page has a link to nowhere."""
    gather(PAGES)
    return subprocess.run(["zensical", "build", "--clean", "--strict"], cwd=ROOT, check=False).returncode  # noqa: S607


if __name__ == "__main__":
    sys.exit(main())
