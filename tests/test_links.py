"""What is written down works: links lead somewhere, commands and targets exist, the image is made of what is there."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from pages import DOCS, FENCE, PAGES, ROOT, missing, page
from twinge.cli import twinge
from twinge.config import Settings

# --- links and commands -----------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)]\([^)]*\)", r"\1", title).lower()).replace(" ", "-")
        for title in titles
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", path.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_the_index_leads_to_every_page() -> None:
    assert missing((f"]({path.name})" for path in DOCS.glob("*.md") if path.name != "index.md"), page("index")) == []


def commands(text: str) -> Iterator[list[str]]:
    """Each `twinge …` of a page's code, as its words."""
    fenced = [code for _, code in FENCE.findall(text)]
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", FENCE.sub("", text))
    for line in "\n".join([*fenced, *inline]).replace("\\\n", " ").splitlines():
        words = re.split(r"\s+", line.split(" #")[0].strip())
        for place, word in enumerate(words[:-1]):
            after = words[place + 1].strip("'\")|;")
            if words[place - 1] == "-n":
                continue  # kubectl's namespace
            if re.fullmatch(r"(.*[(=])?(.*/bin/)?twinge", word) and re.fullmatch(r"(--)?[a-z][a-z-]*", after):
                yield [each.strip("'\");") for each in words[place + 1 :]]


def wrong_with(words: list[str]) -> str | None:
    """Why click would not know this command, or None. `twinge twinge` is a container and its program."""
    here: click.Command = twinge
    for word in words:
        if word in {"|", "&&", ";", ">"}:
            break
        if isinstance(here, click.Group) and not word.startswith("-"):
            if word not in here.commands:
                return None if word == "twinge" else word
            here = here.commands[word]
        elif word.startswith("--") and word != "--help":
            known = {option for each in here.params for option in each.opts}
            if word.partition("=")[0] not in known:
                return word
    return None


WRITTEN = [path for path in PAGES if path.name != "cli.md"]
"""By people: that page is written by the commands themselves."""


@pytest.mark.parametrize(
    "path",
    [*WRITTEN, *sorted(one for one in (ROOT / "deploy").rglob("*") if one.is_file())],
    ids=lambda path: path.name,
)
def test_every_command_that_is_written_down_exists(path: Path) -> None:
    text = path.read_text() if path.suffix == ".md" else f"```sh\n{path.read_text()}\n```\n"
    assert [words for words in commands(text) if wrong_with(words)] == []


def test_a_command_that_does_not_exist_would_be_seen() -> None:
    text = (
        "```sh\nKEY=$(twinge keys make --scope admin | tail -n 1)\n```\nand `twinge serve --prot 1`, `twinge plugins`"
    )
    assert [wrong_with(words) for words in commands(text)] == ["make", "--prot", None]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_make_target_that_is_written_down_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = [code for _, code in FENCE.findall(path.read_text())] + re.findall(r"`(make [^`]+)`", path.read_text())
    named = {word for text in code for word in re.findall(r"^make ([a-z]+)", text, re.MULTILINE)}
    assert named <= targets


# --- what is deployed -------------------------------------------------------------------------------------------------


def test_the_image_is_made_of_files_that_are_there() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text().splitlines()
    copied = [shlex.split(line)[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    wanted = {name for names in copied for name in names}
    assert {name for name in wanted if not (ROOT / name).exists()} == set()
    ignored = (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == wanted


def test_the_migrations_travel_in_the_wheel() -> None:
    wheel: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    assert wheel["wheel"]["sources"]["migrations"] == "twinge/migrations"
    assert "migrations" in wheel["wheel"]["only-include"]


def test_stopping_is_given_the_time_that_it_may_take() -> None:
    """Requests, ticks and work in flight each have the grace."""
    least = 3 * Settings().stop_grace_s
    unit, compose = (ROOT / "deploy/twinge.service").read_text(), (ROOT / "deploy/compose.yaml").read_text()
    for pattern, text in ((r"TimeoutStopSec=(\d+)", unit), (r"stop_grace_period: (\d+)s", compose)):
        [seconds] = re.findall(pattern, text)
        assert int(seconds) > least
