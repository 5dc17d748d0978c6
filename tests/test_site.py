"""The site of the docs: it builds, no link leads nowhere, every page is in its contents; and the tutorial works."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from command_page import written
from pages import DOCS, FENCE, ROOT, page

SCRIPTS = Path(sys.executable).parent


def test_the_page_of_commands_is_what_they_say_themselves() -> None:
    assert page("cli") == written(), "run: python tests/command_page.py"


def listed(entries: list[Any]) -> list[str]:
    """The pages of the contents, in order."""
    found: list[str] = []
    for entry in entries:
        [value] = entry.values()
        found += listed(value) if isinstance(value, list) else [value]
    return found


def test_every_page_is_in_the_contents_once() -> None:
    contents = listed(tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"])
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert sorted(contents) == sorted(pages | {"CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"})


@pytest.fixture(scope="module")
def site() -> Path:
    built = subprocess.run(
        [sys.executable, "docs/site.py"],
        cwd=ROOT,
        env={"PATH": f"{SCRIPTS}:/usr/bin:/bin", "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return ROOT / "build/site"


def test_the_site_builds_and_no_link_leads_nowhere(site: Path) -> None:
    assert (site / "tutorial.html").is_file()
    assert (site / "source/plugins/twinge_demo.py.html").is_file()
    lost = [f"{path.name}: {link}" for path in site.rglob("*.html") for link in links(path) if not leads(path, link)]
    assert lost == []


def links(path: Path) -> list[str]:
    """Where a page of the site leads to on the site."""
    found = re.findall(r'<a[^>]* href="([^"#?]+)', path.read_text(encoding="utf-8"))
    return [link for link in found if "://" not in link and not link.startswith(("mailto:", "/"))]


def leads(path: Path, link: str) -> bool:
    target = (path.parent / link).resolve()
    return target.is_file() or (target / "index.html").is_file()


def test_the_site_asks_no_other_host_for_anything(site: Path) -> None:
    asked = re.compile(r'<(?:script|img|iframe|link)[^>]* (?:src|href)="(https?:[^"]*)"')
    assert [found for path in site.rglob("*.html") for found in asked.findall(path.read_text(encoding="utf-8"))] == []


def test_the_tutorial_word_for_word(tmp_path: Path) -> None:
    """Every block but the first, which fetches what is here already, in one shell; the port is a free one."""
    _, *blocks = [code for word, code in FENCE.findall(page("tutorial")) if word == "sh"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    played = subprocess.run(
        ["timeout", "60", "bash", "-euo", "pipefail", "-c", "\n".join(blocks).replace("8700", port)],
        cwd=tmp_path,
        env={"PATH": f"{SCRIPTS}:/usr/bin:/bin", "HOME": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=70,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "14.0 km run was 56% over your 30-day longest (9.0 km)" in played.stdout
    assert "Left buttock" in played.stdout
    assert f"http://127.0.0.1:{port}/me/enter/" in played.stdout


# --- pictures ---------------------------------------------------------------------------------------------------------

SHOWN = {
    found for path in DOCS.glob("*.md") for found in re.findall(r"!\[[^\]]+\]\(pictures/([^)]+)\)", path.read_text())
}


def test_every_picture_is_shown_somewhere_in_words_too_and_is_small() -> None:
    pictures = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    assert set(pictures) == SHOWN, "make pictures; a picture stands as ![what is seen](pictures/name.webp)"
    assert {name: size for name, size in pictures.items() if not 1_000 < size < 60_000} == {}


def test_the_browser_test_takes_every_picture() -> None:
    story = (ROOT / "tests/browser/test_story.py").read_text()
    assert {f"{name}.webp" for name in re.findall(r'picture\(made, "([-\w]+)"', story)} == SHOWN
